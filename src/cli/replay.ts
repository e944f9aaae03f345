import type { Command } from 'commander';
import type { DoneBy, ForecastOf } from '../api/client.ts';
import { withClient } from './client.ts';
import { confirm, amountOf, print, printJson, say, type Io, type Outcome } from './io.ts';
import { followJob } from './follow-job.ts';
import { type FilterOptions, actFilter, withFilter } from './letter-filter.ts';
import { withExamples, withServer, type ServerOptions } from './options.ts';
import { type ActOptions, wasAll, withTrial } from './trial.ts';

export interface ReplayOptions extends ServerOptions, FilterOptions, ActOptions {
  all?: boolean;
}

export function registerReplay(program: Command, io: Io, outcome: Outcome): void {
  const command = withTrial(withFilter(withServer(program.command('replay'))))
    .description('Send open dead letters back to the validator: count first, then ask, then replay.')
    .option('--all', 'all open dead letters')
    .action((options: ReplayOptions) => replayMany(io, options, outcome));
  withExamples(
    command,
    'sentinel replay --contract order --dry-run',
    'sentinel replay --signature <signature> --yes',
    'sentinel replay --source shopify --since 24h',
  );
}

const replays = 'POST /api/v1/dead-letters/replay';

/** Replays what matches, by a job that it follows. Ends with 1 when some of it could not be sent. */
export async function replayMany(io: Io, options: ReplayOptions, outcome: Outcome): Promise<void> {
  const filter = actFilter(options);
  await withClient(io, options, async (client) => {
    const send = (dryRun: boolean) => client.request(replays, { body: { filter, dry_run: dryRun } });
    const trial = (await send(true)) as ForecastOf<typeof replays>;
    if (wasAll(io, options, trial, forecast(trial))) return;
    if (trial.matched === 0)
      return options.json === true ? printJson(io, { matched: 0, replayed: 0 }) : undefined;
    if (!(await confirm(io, `Replay ${trial.matched}?`, options))) return say(io, 'Nothing was replayed.');

    const { job_id } = (await send(false)) as DoneBy<typeof replays>;
    const { done, failed, total, state } = await followJob(io, client, job_id);
    const [replayed, matched] = [done - failed, total ?? done];
    if (options.json === true) printJson(io, { job_id, state, matched, replayed });
    else
      print(io, `${replayed} of ${matched} sent on their way again${state === 'done' ? '' : '; cancelled'}.`);
    if (replayed < matched) outcome.exitCode = 1;
  });
}

function forecast(trial: ForecastOf<typeof replays>): string {
  const { matched, tried, would_load, would_wait, would_fail, healed, follow_ups } = trial;
  const of = tried < matched ? ` Of the first ${tried},` : '';
  const match = matched === 1 ? 'matches' : 'match';
  const ends = [
    `${would_load} would load${healed > 0 ? ` (${healed} by a repair that the healers find now)` : ''}`,
    ...(would_wait > 0 ? [`${would_wait} would wait for the LLM or for a rule's approval`] : []),
    ...(follow_ups > 0 ? [`${follow_ups} would be tried again by their step or destination`] : []),
    `${would_fail} would fail again`,
  ];
  return `${amountOf(matched, 'dead letter')} ${match}${of === '' ? ':' : '.'}${of} ${ends.join(', ')}.`;
}
