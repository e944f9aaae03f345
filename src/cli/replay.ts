import type { Command } from 'commander';
import type { DoneBy, ForecastOf } from '../api/client.ts';
import { withClient } from './client.ts';
import { confirm } from './confirm.ts';
import { amountOf, print, printJson, say, type Io, type Outcome } from './io.ts';
import { withExamples, withServer, type ServerOptions } from './options.ts';

export interface FilterOptions {
  contract?: string;
  source?: string;
  signature?: string;
  q?: string;
}

export interface ReplayOptions extends ServerOptions, FilterOptions {
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** Which dead letters are meant. */
export function withFilter(command: Command): Command {
  return command
    .option('--contract <name>', 'of this contract')
    .option('--source <name>', 'of this source')
    .option('--signature <signature>', 'that failed in this way (see: sentinel dead-letters groups)')
    .option('--q <text>', 'with this text in the reason, a violation or the event');
}

export function registerReplay(program: Command, io: Io, outcome: Outcome): void {
  const command = withFilter(withServer(program.command('replay')))
    .description('Send open dead letters back to the validator: count first, then ask, then replay.')
    .option('--dry-run', 'only say what would happen')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .action((options: ReplayOptions) => replayMany(io, options, outcome));
  withExamples(
    command,
    'sentinel replay --contract order --dry-run',
    'sentinel replay --signature <signature> --yes',
  );
}

const replays = 'POST /api/v1/dead-letters/replay';

/** Replays what matches. Ends with 1 when some of it could not be sent. */
export async function replayMany(io: Io, options: ReplayOptions, outcome: Outcome): Promise<void> {
  const { contract, source, signature, q } = options;
  const filter = { contract, source, signature, q };
  await withClient(io, options, async (client) => {
    const send = (dryRun: boolean) => client.request(replays, { body: { filter, dry_run: dryRun } });
    const trial = (await send(true)) as ForecastOf<typeof replays>;
    const forecast = `${amountOf(trial.matched, 'dead letter')} ${trial.matched === 1 ? 'matches' : 'match'}: ${trial.would_load} would load, ${trial.would_fail} would fail again.`;
    if (options.dryRun === true) return options.json === true ? printJson(io, trial) : print(io, forecast);
    say(io, forecast);
    if (trial.matched === 0)
      return options.json === true ? printJson(io, { matched: 0, replayed: 0 }) : undefined;
    if (!(await confirm(io, `Replay ${trial.matched}?`, options))) return say(io, 'Nothing was replayed.');

    const { matched, replayed } = (await send(false)) as DoneBy<typeof replays>;
    if (options.json === true) printJson(io, { matched, replayed });
    else print(io, `${replayed} of ${matched} are on their way again.`);
    if (replayed < matched) outcome.exitCode = 1;
  });
}
