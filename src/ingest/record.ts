import { isObject, type JsonObject } from '../json.ts';
import type { ReplayTrail } from '../event.ts';
import { parseExact } from './exact-json.ts';
import { requestIdAt } from './request-id.ts';

/**
 * The body of a `raw_event` or `replay_event` message: one line of metadata, then one line for each event, as
 * it was received. Text all through, so that a whole batch is read with one `JSON.parse`, and a person can read
 * a queue with a pager.
 */
export interface RecordHeader {
  /** Request id of the first event; the others count up from it (request-id.ts). */
  id: string;
  /** Milliseconds since 1970, UTC. */
  at: number;
  /** The name in `/ingest/{source}`, when there was one. */
  source?: string;
  /** Number of events. */
  n: number;
  /** Some number needs `parseExact`. */
  exact?: true;
  replay?: ReplayTrail;
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

/** One event of a batch, parsed. */
export interface Incoming {
  readonly header: RecordHeader;
  readonly requestId: string;
  readonly event: JsonObject;
  /** The event's text as it was received. */
  raw(): string;
}

/** Reads the records of a batch with one parse for all of them (but those that need exact numbers). */
export function decodeRecords(bodies: readonly Uint8Array[]): Incoming[] {
  const texts = bodies.map((body) => Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  const parsed = JSON.parse(`[${texts.join(',').replaceAll('\n', ',')}]`) as JsonObject[];

  const incoming: Incoming[] = [];
  let at = 0;
  for (const text of texts) {
    const header = parsed[at++] as unknown as RecordHeader;
    const lines = lazyLines(text);
    for (let index = 0; index < header.n; index++) {
      const raw = () => lines()[index + 1]!;
      const event = header.exact === true ? (parseExact(raw()) as JsonObject) : parsed[at]!;
      at++;
      if (!isObject(event)) throw new TypeError(`record ${header.id} holds something that is not an event`);
      incoming.push({ header, requestId: requestIdAt(header.id, index), event, raw });
    }
  }
  return incoming;
}

function lazyLines(text: string): () => string[] {
  let lines: string[] | undefined;
  return () => (lines ??= text.split('\n'));
}

/** The metadata of a record, without reading its events. */
export function headerOf(body: Uint8Array): RecordHeader {
  const end = body.indexOf(0x0a);
  return JSON.parse(Buffer.from(body.buffer, body.byteOffset, end).toString()) as RecordHeader;
}
