import type { Command } from 'commander';
import type { DoneBy, ForecastOf } from '../api/client.ts';
import { isObject } from '../model/json.ts';
import { withClient } from './client.ts';
import { confirm, CliError, amountOf, say, type Io, type Outcome } from './io.ts';
import { readEvent } from './dead-letter-fix.ts';
import { correctionText, mendsNothing } from './dead-letter-forecast.ts';
import { followCorrection } from './follow-correction.ts';
import { actFilter, withFilter, type FilterOptions } from './letter-filter.ts';
import { withExamples, withServer, type ServerOptions } from './options.ts';
import { type ActOptions, wasAll, withTrial } from './trial.ts';

interface CorrectOptions extends ServerOptions, FilterOptions, ActOptions {
  plan: string;
  all?: boolean;
  learn?: boolean;
}

const corrects = 'POST /api/v1/dead-letters/correct';

export function registerCorrect(letters: Command, io: Io, outcome: Outcome): void {
  const command = withTrial(withFilter(withServer(letters.command('correct'))))
    .description('Correct all open dead letters that match by one plan, and send back those that it mends.')
    .requiredOption('--plan <file>', 'the repair plan, JSON: {"operations": […]} (- is standard input)')
    .option('--all', 'all open dead letters')
    .option('--learn', 'make a rule of the plan, for the next ones; with --signature')
    .action((options: CorrectOptions) => correct(io, options, outcome));
  withExamples(
    command,
    `echo '{"operations":[{"op":"cast","path":"/amount","to":"decimal","format":"1.234,56"}]}' > plan.json`,
    'sentinel dead-letters correct --signature <signature> --plan plan.json --dry-run',
    'sentinel dead-letters correct --source shop --since 24h --plan plan.json --yes',
  );
}

async function correct(io: Io, options: CorrectOptions, outcome: Outcome): Promise<void> {
  const filter = actFilter(options);
  const plan = await readEvent(io, options.plan);
  if (!isObject(plan)) throw new CliError('a plan is a JSON object: {"operations": […]}');
  await withClient(io, options, async (client) => {
    const send = (flags: { dry_run?: boolean; learn?: boolean }) =>
      client.request(corrects, { body: { filter, plan: plan as never, ...flags } });
    const trial = (await send({ dry_run: true })) as ForecastOf<typeof corrects>;
    const match = trial.matched === 1 ? 'matches' : 'match';
    const forecast = [
      `${amountOf(trial.matched, 'open dead letter')} ${match}.`,
      ...correctionText(trial),
    ].join('\n');
    if (wasAll(io, options, trial, forecast)) return;
    if (mendsNothing(trial)) throw new CliError('nothing was sent: the plan mends none of them');
    if (!(await confirm(io, `Correct ${trial.matched}?`, options))) return say(io, 'Nothing was sent.');
    const { job_id, rule_id } = (await send({ learn: options.learn })) as DoneBy<typeof corrects>;
    if (rule_id !== undefined) say(io, `rule ${rule_id} was learned`);
    await followCorrection({ io, client, outcome }, job_id, options);
  });
}
