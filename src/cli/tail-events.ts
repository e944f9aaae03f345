import { queryString } from '../api/client.ts';
import { refusalText, requireServer } from './client.ts';
import { columns, type EventFilter, type FoundEvent } from './found-event.ts';
import { CliError, print, say, type Io } from './io.ts';
import { printable } from './table.ts';
import { type Server, reach } from './reach.ts';

/** Events that one look reads; of more a second, the newest are shown. */
const mostAtOnce = 500;
const remembered = 20_000;

/** Prints each event when it has ended, told by the service's stream that something happened. Ends with the connection. */
export async function tail(io: Io, options: EventFilter): Promise<void> {
  const server = await requireServer(io, options);
  const shown = new Set<string>();
  let from = new Date();
  const look = async (): Promise<void> => {
    const since = new Date(from.getTime() - overlapMs);
    from = new Date();
    const found = await newest(server, options, since);
    for (const event of found.toReversed()) {
      if (shown.has(event.request_id) || event.status === 'accepted' || event.status === 'healing') continue;
      shown.add(event.request_id);
      print(io, options.json === true ? JSON.stringify(event) : lineOf(event));
    }
    for (const id of shown) {
      if (shown.size <= remembered) break;
      shown.delete(id);
    }
  };
  let before = '';
  for await (const { event, data } of readStream(server)) {
    if (event !== 'stats') continue;
    const { accepted, loaded, repaired, duplicate, dead_letters } = JSON.parse(data) as Record<
      string,
      number
    >;
    const now = [accepted, loaded, repaired, duplicate, dead_letters].join();
    // The first look shows what ended just before: whoever has sent an event and then asks, sees it.
    if (now !== before) await look();
    before = now;
  }
  say(io, 'The service has closed the connection.');
}

/** An event may end some time after it was received: with a healer, say. */
const overlapMs = 60_000;

async function newest(server: Server, options: EventFilter, since: Date): Promise<FoundEvent[]> {
  const { source, contract, status } = options;
  const query = queryString({ source, contract, status, from: since.toISOString(), limit: mostAtOnce });
  const response = await reach(server, `/api/v1/events${query}`, { headers: server.headers });
  const body = (await response.json()) as { items: FoundEvent[] };
  if (!response.ok) throw new CliError(refusalText(response.status, body));
  return body.items;
}

const lineOf = (event: FoundEvent): string =>
  Object.values(columns)
    .map((field) => printable(event[field] ?? '-'))
    .join('  ');

async function* readStream(server: Server): AsyncGenerator<{ event: string; data: string }> {
  const response = await reach(server, '/api/v1/stream', { headers: server.headers });
  if (!response.ok || response.body === null)
    throw new CliError(refusalText(response.status, await response.json()));
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const [, event = 'message'] = /^event: ?(.*)$/m.exec(block) ?? [];
      const [, data] = /^data: ?(.*)$/m.exec(block) ?? [];
      if (data !== undefined) yield { event, data };
    }
  }
}
