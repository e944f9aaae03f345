import { isObject, type JsonObject } from '../model/json.ts';
import type { ReplayTrail } from '../model/event.ts';
import type { KeptHeaders } from '../model/event.ts';
import { parseExact } from '../model/exact-json.ts';
import { requestIdsFrom } from './request-id.ts';

/**
 * The body of a `raw_event`, `replay_event`, `late_event` or `slow_event` message: one line of metadata, then one line for each event, as
 * it was received. Text all through, so that an event is read with one `JSON.parse` and handed on unchanged, and a
 * person can read a queue with a pager.
 */
export interface RecordHeader {
  /** Request id of the first event; the others count up from it (request-id.ts). */
  id: string;
  /** Milliseconds since 1970, UTC. */
  at: number;
  /** The name in `/ingest/{source}`, when there was one. */
  source?: string;
  /** Headers that are kept with the events, by their name in lower case. */
  headers?: KeptHeaders;
  /** Number of events. */
  n: number;
  /** Some number needs `parseExact`. */
  exact?: true;
  /** The events' text is ASCII without a backslash. */
  plain?: true;
  /** The pointer at which the settings look for events, when these were not found there: each is a whole body. */
  notAt?: string;
  replay?: ReplayTrail;
  /** Of the request that brought it, a `traceparent`; only while traces are exported. */
  trace?: string;
}

export function encodeRecord(header: RecordHeader, lines: Buffer | string): Buffer {
  if (typeof lines === 'string') return Buffer.from(`${JSON.stringify(header)}\n${lines}`);
  const first = `${JSON.stringify(header)}\n`;
  const headerBytes = Buffer.byteLength(first);
  const record = Buffer.allocUnsafe(headerBytes + lines.length);
  record.write(first);
  record.set(lines, headerBytes);
  return record;
}

/** One event of a record, parsed. */
export interface Incoming {
  readonly header: RecordHeader;
  readonly requestId: string;
  readonly event: JsonObject;
  /** The event as it was received, JSON text, one line. */
  readonly text: string;
}

/**
 * Reads a record event by event: what is not kept of one is garbage before the next, which is the cheap kind. A parse for
 * each line is faster than one of all, whose text would have to be made.
 */
export function forEachEvent(body: Uint8Array, handle: (incoming: Incoming) => void): void {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const end = bytes.indexOf(lineFeed);
  const header = JSON.parse(bytes.toString('utf8', 0, end)) as RecordHeader;
  // ASCII is text by copying.
  const lines = bytes.toString(header.plain === true ? 'latin1' : 'utf8', end + 1).split('\n');
  const parse = header.exact === true ? parseExact : (JSON.parse as typeof parseExact);
  const idAt = requestIdsFrom(header.id);
  for (let index = 0; index < header.n; index++) {
    const text = lines[index]!;
    const event = parse(text);
    if (!isObject(event)) throw new TypeError(`record ${header.id} holds something that is not an event`);
    handle({ header, requestId: idAt(index), event, text });
  }
}

/** An event as it was received. */
export type Received = Omit<Incoming, 'event'>;

/** The events of a record, as text. */
export function eventsOf(body: Uint8Array): Received[] {
  const events: Received[] = [];
  forEachEvent(body, ({ header, requestId, text }) => events.push({ header, requestId, text }));
  return events;
}

/** The event, parsed anew. */
export function parsedAnew(received: Received): Incoming {
  const { header, text } = received;
  return { ...received, event: (header.exact === true ? parseExact(text) : JSON.parse(text)) as JsonObject };
}

/** A record of this event alone, as it was received. */
export const recordOf = ({ header, requestId, text }: Received): Buffer =>
  encodeRecord({ ...header, id: requestId, n: 1 }, text);

const lineFeed = 0x0a;

/** The metadata of a record, without reading its events. */
export function headerOf(body: Uint8Array): RecordHeader {
  const end = body.indexOf(lineFeed);
  return JSON.parse(Buffer.from(body.buffer, body.byteOffset, end).toString()) as RecordHeader;
}
