import { readText } from './read-file.ts';
import type { Command } from 'commander';
import type { DoneBy, ForecastOf } from '../api/client.ts';
import { parseExact } from '../model/exact-json.ts';
import { type Json, isObject, sameJson } from '../model/json.ts';
import { withClient } from './client.ts';

import { forecastText } from './dead-letter-forecast.ts';
import { editText } from './editor.ts';
import { CliError, confirm, print, printJson, say, type Io } from './io.ts';
import { jsonFault } from './json-fault.ts';
import { withServer, type ServerOptions } from './options.ts';
import { type ActOptions, wasAll, withTrial } from './trial.ts';

export interface FixOptions extends ServerOptions, ActOptions {
  learn?: boolean;
  group?: boolean;
  force?: boolean;
}

const replays = 'POST /api/v1/dead-letters/{id}/replay';
type EditDryRun = ForecastOf<typeof replays>;
type Flags = Partial<Record<'dry_run' | 'learn' | 'group' | 'force', boolean>>;

/** A person corrects one dead letter: what it amounts to is shown first, and done when they say yes. */
export function registerFix(letters: Command, io: Io): void {
  withFix(letters.command('fix'))
    .description(
      'Correct one dead letter: shows what the correction amounts to and what else it would repair.',
    )
    .argument('<id>')
    .requiredOption('--event <file>', 'the corrected event, JSON (- is standard input)')
    .action(async (id: string, options: FixOptions & { event: string }) =>
      fix(io, id, await readEvent(io, options.event), options),
    );

  withFix(letters.command('edit'))
    .description(
      'Correct one dead letter in your editor ($VISUAL or $EDITOR): then shows what the correction amounts to and what else it would repair.',
    )
    .argument('<id>')
    .action((id: string, options: FixOptions) => edit(io, id, options));
}

function withFix(command: Command): Command {
  return withTrial(withServer(command))
    .option('--learn', 'make a rule of the correction, for all events that fail like this one')
    .option('--group', 'make a rule of it, and replay all dead letters that failed in the same way')
    .option('--force', 'send it even if it still breaks its contract');
}

async function edit(io: Io, id: string, options: FixOptions): Promise<void> {
  const letter = await withClient(io, options, (client) =>
    client.request('GET /api/v1/dead-letters/{id}', { params: { id } }),
  );
  const text = await editText(io, `${JSON.stringify(letter.event, null, 2)}\n`);
  const edited = readJson(text, 'the edited event');
  if (sameJson(edited, letter.event)) return say(io, 'Nothing was changed.');
  await fix(io, id, edited, options);
}

export async function fix(io: Io, id: string, event: Json, options: FixOptions): Promise<void> {
  if (!isObject(event)) throw new CliError('an event is a JSON object');
  await withClient(io, options, async (client) => {
    const send = (flags: Flags) => client.request(replays, { params: { id }, body: { event, ...flags } });
    const letter = await client.request('GET /api/v1/dead-letters/{id}', { params: { id } });
    const learn = options.learn === true || options.group === true;
    // No contract is for the input of a step, and no rule for what one destination refused: there is nothing to forecast.
    const isFollowUp = letter.step !== undefined || letter.destination !== undefined;
    const dryRun =
      isFollowUp && options.dryRun !== true ? undefined : ((await send({ dry_run: true })) as EditDryRun);
    if (dryRun !== undefined) {
      if (wasAll(io, options, dryRun, forecastText(dryRun))) return;
      if (!dryRun.valid && options.force !== true)
        throw new CliError('it was not sent; --force sends it all the same');
      if (learn && !dryRun.learnable)
        throw new CliError('it was not sent; without --learn and --group it would be, alone');
    }
    if (!(await confirm(io, question(dryRun, { ...options, learn }), options)))
      return say(io, 'Nothing was sent.');
    const { group, force } = options;
    const sent = (await send({ learn, group, force })) as DoneBy<typeof replays>;
    if (options.json === true) return printJson(io, sent);
    print(io, onItsWay(id));
    if (sent.rule_id !== undefined) print(io, `rule ${sent.rule_id} was learned`);
    if (sent.group !== undefined)
      print(io, `${sent.group.replaying} more of its group are on their way, ${sent.group.left} stay`);
  });
}

export const onItsWay = (id: string): string =>
  `${id} is on its way again; see: sentinel dead-letters show ${id}`;

function question(dryRun: EditDryRun | undefined, { learn, group }: FixOptions): string {
  if (group === true) return `Send it, make a rule of it, and settle ${dryRun?.fixes?.in_group ?? 0} more?`;
  return learn === true ? 'Send it, and make a rule of it?' : 'Send it?';
}

export async function readEvent(io: Io, file: string): Promise<Json> {
  return readJson(file === '-' ? await readAll(io.stdin) : await readText(io, file), file);
}

/** Numbers that JavaScript would round stay text, as the service shows them. */
function readJson(text: string, name: string): Json {
  const fault = jsonFault(text);
  if (fault !== undefined) throw new CliError(`${name} is not valid JSON: look at ${fault}`);
  return parseExact(text);
}

async function readAll(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
