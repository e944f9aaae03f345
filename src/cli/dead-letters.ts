import { type Command, Option } from 'commander';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import type { ItemOf } from '../api/client.ts';
import { deadLetterStatuses } from '../model/dead-letter.ts';
import { messageOf } from '../model/errors.ts';
import { withClient, type ApiClient } from './client.ts';
import { registerCorrect } from './dead-letter-correct.ts';
import { registerImport } from './dead-letter-import.ts';
import { registerDiscard } from './dead-letter-discard.ts';
import { fix, onItsWay, readEvent, registerFix, type FixOptions } from './dead-letter-fix.ts';
import { amountOf, CliError, print, printJson, say, type Io, type Outcome } from './io.ts';
import { filterOf, withFilter, type FilterOptions } from './letter-filter.ts';
import { wholeNumber, withExamples, withJson, withServer, type ServerOptions } from './options.ts';
import { replayMany, type ReplayOptions } from './replay.ts';
import { asNamed, printList } from './table.ts';

type ShownLetter = ItemOf<'GET /api/v1/dead-letters'>;

interface ListOptions extends ServerOptions, FilterOptions {
  json?: boolean;
  status: string;
  limit: number;
}

export function registerDeadLetters(program: Command, io: Io, outcome: Outcome): void {
  const letters = program
    .command('dead-letters')
    .description('Look at the events that could not be repaired, and settle them.');
  withExamples(
    letters,
    'sentinel dead-letters groups',
    'sentinel dead-letters list --source shopify --q amount',
    'sentinel dead-letters edit <id> --group',
    'sentinel dead-letters fix <id> --event corrected.json --dry-run',
    'sentinel dead-letters replay --signature <signature> --dry-run',
    'sentinel dead-letters correct --signature <signature> --plan plan.json --dry-run',
    'sentinel dead-letters export -o letters.ndjson',
    'sentinel dead-letters import letters.ndjson --dry-run',
    'sentinel dead-letters discard --group <signature> --reason "spam of one sender"',
  );

  withJson(withFilter(withServer(letters.command('list'))))
    .description('List dead letters, the newest first.')
    .addOption(withStatus())
    .option('--limit <count>', 'how many at most', wholeNumber(1, 100_000), 100)
    .action((options: ListOptions) => list(io, options));

  withJson(withServer(letters.command('groups')))
    .description('Count the open dead letters by how they failed.')
    .action((options: ServerOptions & { json?: boolean }) => groups(io, options));

  withServer(letters.command('show'))
    .description('Show one dead letter whole, with its event.')
    .argument('<id>')
    .action((id: string, options: ServerOptions) =>
      withClient(io, options, async (client) =>
        printJson(io, await client.request('GET /api/v1/dead-letters/{id}', { params: { id } })),
      ),
    );

  withFilter(withServer(letters.command('replay')))
    .description('Replay one dead letter, unchanged or corrected; without an id, all that match.')
    .argument('[id]', 'one dead letter; not with a filter')
    .option('--event <file>', 'the corrected event, JSON (- is standard input)')
    .option('--all', 'without an id and a filter: all open dead letters')
    .option('--learn', 'make a rule of the correction, for all events that fail like this one')
    .option('--force', 'send the corrected event even if it still breaks its contract')
    .option('--dry-run', 'only say what would happen')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .action(
      (
        id: string | undefined,
        options: ReplayOptions & { event?: string; learn?: boolean; force?: boolean },
      ) => (id === undefined ? replayMany(io, options, outcome) : replayOne(io, id, options)),
    );

  registerFix(letters, io);

  registerCorrect(letters, io, outcome);
  registerImport(letters, io, outcome);
  registerDiscard(letters, io, outcome);

  withFilter(withServer(letters.command('export')))
    .description('Write dead letters as NDJSON, one a line, with their whole events; "import" takes it back.')
    .addOption(withStatus())
    .option('-o, --output <file>', 'write to a file that does not exist yet, instead of standard output')
    .action((options: ListOptions & { output?: string }) => exportLetters(io, options));
}

const withStatus = () =>
  new Option('--status <status>', 'that are in this state').choices(deadLetterStatuses).default('open');

async function list(io: Io, options: ListOptions): Promise<void> {
  const items: ShownLetter[] = [];
  await withClient(io, options, async (client) => {
    for await (const page of pages(client, options, options.limit)) items.push(...page);
  });
  printList(io, items, options, {
    none: `There are no ${options.status} dead letters that match.`,
    columns: {
      id: 'id',
      received: 'received_at',
      ...asNamed('contract', 'version', 'source', 'code', 'reason'),
    },
  });
}

async function groups(io: Io, options: ServerOptions & { json?: boolean }): Promise<void> {
  const { items } = await withClient(io, options, (client) =>
    client.request('GET /api/v1/dead-letters/groups'),
  );
  printList(io, items, options, {
    none: 'There are no open dead letters.',
    columns: {
      ...asNamed('count', 'contract', 'source'),
      last: 'last_seen',
      ...asNamed('signature', 'reason'),
    },
  });
}

/** With a corrected event it is `fix`, which does not ask here. */
async function replayOne(io: Io, id: string, options: FixOptions & { event?: string }): Promise<void> {
  if (options.event !== undefined)
    return fix(io, id, await readEvent(io, options.event), { ...options, yes: true });
  if (options.dryRun === true || options.learn === true)
    throw new CliError('--dry-run and --learn need --event <file>, the corrected event', 2);
  await withClient(io, options, (client) =>
    client.request('POST /api/v1/dead-letters/{id}/replay', { params: { id }, body: {} }),
  );
  print(io, onItsWay(id));
}

/** Whole events, as the service writes them: lists mask private fields and cut large events. */
async function exportLetters(io: Io, options: ListOptions & { output?: string }): Promise<void> {
  const output: Writable =
    options.output === undefined
      ? io.stdout
      : createWriteStream(resolve(io.cwd, options.output), { flags: 'wx', mode: 0o600 });
  if (options.output !== undefined) {
    await once(output, 'open').catch((error: unknown) => {
      throw new CliError(`${options.output} can't be written: ${messageOf(error)}`);
    });
  }
  let count = 0;
  await withClient(io, options, async (client) => {
    const query = { ...filterOf(options), status: options.status };
    const { body } = await client.download('GET /api/v1/dead-letters/export', 0, { query });
    for await (const chunk of body) {
      const bytes = Buffer.from(chunk as Buffer | string);
      for (const byte of bytes) if (byte === 0x0a) count++;
      if (!output.write(bytes)) await once(output, 'drain');
    }
  });
  if (output !== io.stdout) {
    output.end();
    await once(output, 'finish');
  }
  say(io, `${amountOf(count, 'dead letter')} written`);
}

async function* pages(client: ApiClient, options: ListOptions, limit: number): AsyncGenerator<ShownLetter[]> {
  let cursor: string | undefined;
  let left = limit;
  do {
    const query = { ...filterOf(options), status: options.status, cursor, limit: Math.min(left, 500) };
    const page = await client.request('GET /api/v1/dead-letters', { query });
    yield page.items;
    left -= page.items.length;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && left > 0);
}
