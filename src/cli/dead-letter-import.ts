import { openFile } from './read-file.ts';
import type { Command } from 'commander';
import type { DoneBy, ForecastOf } from '../api/client.ts';
import { withClient } from './client.ts';
import { confirm, CliError, amountOf, say, type Io, type Outcome } from './io.ts';
import { correctionText, mendsNothing } from './dead-letter-forecast.ts';
import { followCorrection } from './follow-correction.ts';
import { withExamples, withServer, type ServerOptions } from './options.ts';
import { type ActOptions, wasAll, withTrial } from './trial.ts';

interface ImportOptions extends ServerOptions, ActOptions {
  force?: boolean;
}

const imports = 'POST /api/v1/dead-letters/import';
type ImportDryRun = ForecastOf<typeof imports>;

export function registerImport(letters: Command, io: Io, outcome: Outcome): void {
  const command = withTrial(withServer(letters.command('import')))
    .description(
      'Send back dead letters as a corrected export has them; letters that changed meanwhile are left alone.',
    )
    .argument('<file>', 'what "export" wrote, with "event" corrected in any number of lines')
    .option('--force', 'also send events that still break their contract')
    .action((file: string, options: ImportOptions) => importFile(io, file, options, outcome));
  withExamples(
    command,
    'sentinel dead-letters export --signature <signature> -o letters.ndjson',
    `jq -c '.event.amount |= sub(",";".")' letters.ndjson > corrected.ndjson`,
    'sentinel dead-letters import corrected.ndjson --dry-run',
    'sentinel dead-letters import corrected.ndjson --yes',
  );
}

async function importFile(io: Io, file: string, options: ImportOptions, outcome: Outcome): Promise<void> {
  const { force } = options;
  await withClient(io, options, async (client) => {
    // Read twice, first to see what would happen: so it must be a file.
    const send = async (dryRun: boolean) =>
      client.upload(imports, await openFile(io, file), { query: { dry_run: dryRun, force } });
    const trial = (await send(true)) as ImportDryRun;
    if (wasAll(io, options, trial, forecastText(trial))) {
      if (trial.faulty > 0) outcome.exitCode = 1;
      return;
    }
    if (trial.faulty > 0) throw new CliError('nothing was sent: mend these lines first');
    if (mendsNothing(trial)) throw new CliError('nothing was sent: there is nothing to correct in it');
    if (!(await confirm(io, `Correct ${trial.matched}?`, options))) return say(io, 'Nothing was sent.');
    const { job_id } = (await send(false)) as DoneBy<typeof imports>;
    await followCorrection({ io, client, outcome }, job_id, options);
  });
}

function forecastText(trial: ImportDryRun): string {
  const { lines, matched, unchanged, faulty, errors } = trial;
  const more = faulty - errors.length;
  return [
    `${amountOf(lines, 'line')}: ${matched} corrected, ${unchanged} unchanged, ${faulty} faulty.`,
    ...errors.map(({ line, detail }) => `  line ${line}: ${detail}`),
    ...(more > 0 ? [`  … ${amountOf(more, 'more faulty line')}`] : []),
    ...(matched > 0 ? correctionText(trial) : []),
  ].join('\n');
}
