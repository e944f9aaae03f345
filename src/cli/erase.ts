import { InvalidArgumentError, type Command } from 'commander';
import type { DoneBy, ForecastOf } from '../api/client.ts';
import { type ApiClient, withClient } from './client.ts';
import { confirm, amountOf, print, printJson, say, type Io } from './io.ts';
import { withExamples, withJson, withServer, type ServerOptions } from './options.ts';
import { printable } from './table.ts';
import { type ActOptions, wasAll } from './trial.ts';

interface EraseOptions extends ServerOptions, ActOptions {
  where: { path: string; value: string };
}

const key = 'POST /api/v1/erase';

function whereOption(text: string): EraseOptions['where'] {
  const at = text.indexOf('=');
  if (!text.startsWith('/') || at === -1 || at === text.length - 1)
    throw new InvalidArgumentError('Write a JSON Pointer and a value: /email=ada@example.com');
  return { path: text.slice(0, at), value: text.slice(at + 1) };
}

export function registerErase(program: Command, io: Io): void {
  const command = withJson(withServer(program.command('erase')))
    .description(
      'Remove a person: rows, dead letters, originals of repairs and what repeats said. Prints a receipt, which the audit keeps, too.',
    )
    .requiredOption('--where </field=value>', 'events whose field says so', whereOption)
    .option('--dry-run', 'only count what would go')
    .option('--yes', 'do not ask')
    .action((options: EraseOptions) => withClient(io, options, (client) => erase(io, client, options)));
  withExamples(
    command,
    'sentinel erase --where /email=ada@example.com --dry-run',
    'sentinel erase --where /customer/id=4711 --url https://sentinel.example.com',
  );
}

/** Counts first, then asks, then erases. What was counted may have grown by then. */
async function erase(io: Io, client: ApiClient, options: EraseOptions): Promise<void> {
  const { where, json } = options;
  const trial = (await client.request(key, { body: { where, dry_run: true } })) as ForecastOf<typeof key>;
  if (wasAll(io, options, trial, report(trial))) return;
  if (!(await confirm(io, 'Erase this? It cannot be undone.', options)))
    return say(io, 'Nothing was erased.');
  const receipt = (await client.request(key, { body: { where } })) as DoneBy<typeof key>;
  if (json === true) return printJson(io, receipt);
  const { receipt_id: id, at, actor, path, value_sha256: hash } = receipt;
  print(
    io,
    [
      `receipt ${id}`,
      `at ${at} by ${printable(actor.name)}, where ${printable(path)} is a value with the hash`,
      hash,
    ].join('\n'),
  );
  print(io, report(receipt));
}

type Counts = Pick<ForecastOf<typeof key>, 'letters' | 'jobs' | 'destinations' | 'unreached'>;

function report({ letters, jobs, destinations, unreached }: Counts): string {
  return [
    ...destinations.flatMap(({ name, tables, originals, repeats }) => [
      ...(tables.length === 0 ? [`${name}: no rows`] : []),
      ...tables.map(({ table, rows }) => `${name}: ${amountOf(rows, 'row')} of ${printable(table)}`),
      `${name}: ${amountOf(originals, 'original')} of repaired rows, ${amountOf(repeats, 'changed repeat')}`,
    ]),
    amountOf(letters, 'dead letter'),
    ...(jobs === 0 ? [] : [`${amountOf(jobs, 'finished job')} that searched for it`]),
    'not reached:',
    ...unreached.map((place) => `- ${place}`),
  ].join('\n');
}
