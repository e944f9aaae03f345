import { type Command, Option } from 'commander';
import { eventStatuses } from '../model/event.ts';
import { isRequestId } from '../ingest/request-id.ts';
import { type ApiClient, withClient } from './client.ts';
import { printJson, type Io } from './io.ts';
import { columns, type EventFilter, type FoundEvent } from './found-event.ts';
import { timeOption } from './letter-filter.ts';
import { wholeNumber, withExamples, withJson, withServer, type ServerOptions } from './options.ts';
import { printList } from './table.ts';
import { tail } from './tail-events.ts';

interface SearchOptions extends EventFilter {
  since?: string;
  until?: string;
  limit: number;
}

export function registerEvents(program: Command, io: Io): void {
  const events = program.command('events').description('See what happened to events.');
  withExamples(
    events,
    'sentinel events show 01a20a60-5f7a-7000-9411-6d37cf065909',
    'sentinel events search A-1001',
    'sentinel events search --source shopify --status dead_letter --since 24h',
    'sentinel events tail --source shopify',
  );

  withServer(events.command('show'))
    .description('Show where one event is and what happened to it: original, repair, row.')
    .argument('<request id>')
    .action((id: string, options: ServerOptions) =>
      withClient(io, options, async (client) =>
        printJson(io, await client.request('GET /api/v1/events/{id}', { params: { id } })),
      ),
    );

  withFilter(events.command('search'))
    .description('Look for events wherever they are, the newest first.')
    .argument(
      '[text]',
      'a request id, an event id, a value of the key, as an order number, or any text in an open dead letter',
    )
    .option('--since <time>', 'received then or later: 2026-01-31T08:00:00Z, or a time ago: 24h', timeOption)
    .option('--until <time>', 'received then or before', timeOption)
    .option('--limit <count>', 'how many at most', wholeNumber(1, 500), 50)
    .action((text: string | undefined, options: SearchOptions) => search(io, text, options));

  withFilter(events.command('tail'))
    .description('Print events as they end, until interrupted.')
    .action((options: EventFilter) => tail(io, options));
}

function withFilter(command: Command): Command {
  return withJson(withServer(command))
    .option('--source <name>', 'of this source')
    .option('--contract <name>', 'of this contract')
    .addOption(new Option('--status <status>', 'that are in this state').choices(eventStatuses));
}

async function search(io: Io, text: string | undefined, options: SearchOptions): Promise<void> {
  const { items, unreadable } = await withClient(io, options, (client) => find(client, text, options));
  for (const table of unreadable ?? [])
    io.stderr.write(
      `table ${table} can't be read now (rights, row-level security or a lock): its events are missing here\n`,
    );
  printList(io, items, options, { none: 'No event matches.', columns });
}

async function find(
  client: ApiClient,
  text: string | undefined,
  { source, contract, status, since, until, limit }: SearchOptions,
): Promise<{ items: FoundEvent[]; unreadable?: string[] | undefined }> {
  const query = { source, contract, status, from: since, to: until, limit };
  if (text === undefined) return client.request('GET /api/v1/events', { query });
  if (isRequestId(text.toLowerCase())) {
    const one = await client.request('GET /api/v1/events', { query: { ...query, request_id: text } });
    if (one.items.length > 0) return one;
  }
  const found = await client.request('GET /api/v1/events', { query: { ...query, q: text } });
  const { items } = found;
  if (status !== undefined && status !== 'dead_letter') return found;
  const letters = await client.request('GET /api/v1/dead-letters', {
    query: { q: text, source, contract, since, until, limit },
  });
  const known = new Set(items.map(({ request_id: id }) => id));
  const more = letters.items
    .filter(({ request_id: id }) => !known.has(id))
    .map((letter): FoundEvent => ({
      ...letter,
      event_id: null,
      status: 'dead_letter',
      dead_letter_id: letter.id,
    }));
  return { ...found, items: [...items, ...more].slice(0, limit) };
}
