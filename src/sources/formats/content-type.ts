import { isAscii, isUtf8 } from 'node:buffer';
import { type Result, fail, ok } from '../../model/result.ts';
import type { Problem } from '../../api/problem.ts';
import type { BodyFormat, FormatLimits, Lines } from '../../support/lines.ts';
import { readCarefully } from '../../ingest/read-carefully.ts';
import { type ScannedEvents, scanEvents } from '../../ingest/scan-events.ts';

export type MediaFormat = BodyFormat | 'form' | 'cloudevent' | 'cloudevents';

/** `undefined` for a media type that we do not take. No header counts as JSON. */
export function formatOf(contentType: string | undefined): MediaFormat | undefined {
  if (contentType === undefined || contentType === 'application/json') return 'json';
  const mediaType = contentType.split(';', 1)[0]!.trim().toLowerCase();
  if (mediaType === 'application/cloudevents+json') return 'cloudevent';
  if (mediaType === 'application/cloudevents-batch+json') return 'cloudevents';
  if (mediaType.endsWith('+json') || jsonTypes.has(mediaType)) return 'json';
  if (mediaType === 'application/x-www-form-urlencoded') return 'form';
  if (ndjsonTypes.has(mediaType)) return 'ndjson';
  return undefined;
}

/** As senders name their JSON: SNS as text, browsers their reports. An empty header is none. */
const jsonTypes = new Set([
  '',
  'application/csp-report',
  'application/javascript',
  'application/json',
  'application/x-amz-json-1.0',
  'application/x-amz-json-1.1',
  'application/x-json',
  'text/javascript',
  'text/json',
  'text/plain',
]);
const ndjsonTypes = new Set([
  'application/jsonl',
  'application/jsonlines',
  'application/ndjson',
  'application/x-jsonl',
  'application/x-jsonlines',
  'application/x-ndjson',
  'text/jsonl',
  'text/x-ndjson',
]);

/** Reads a request body. Either all of its events are taken or none. */
export function readLines(body: Buffer, format: BodyFormat, limits: FormatLimits): Result<Lines, Problem> {
  const ascii = isAscii(body);
  if (!ascii && !isUtf8(body)) return fail(invalidUtf8);
  const scanned = scanEvents(body, format, limits);
  if (scanned === undefined) return readCarefully(body, ascii, format, limits);
  return ok(cutOut(body, scanned, ascii && !body.includes(backslash)));
}

/** The events as lines; usually they stand so in the body already. */
function cutOut(body: Buffer, { bounds, many, hasBreaks }: ScannedEvents, plain: boolean): Lines {
  const lines = { count: bounds.length / 2, exact: false, plain, many };
  const [start = 0, end = 0] = [bounds[0], bounds.at(-1)];
  if (!hasBreaks && isOneLineEach(body, bounds)) return { ...lines, bytes: body.subarray(start, end) };
  // What is left out between the events, white space and commas, is room enough for the line feeds.
  const bytes = Buffer.allocUnsafe(end - start);
  let length = 0;
  for (let at = 0; at < bounds.length; at += 2) {
    if (at > 0) bytes[length++] = lineFeed;
    length += body.copy(bytes, length, bounds[at], bounds[at + 1]);
  }
  const cut = bytes.subarray(0, length);
  if (hasBreaks) spaceOut(cut, bounds);
  return { ...lines, bytes: cut };
}

function isOneLineEach(body: Buffer, bounds: readonly number[]): boolean {
  for (let at = 2; at < bounds.length; at += 2)
    if (bounds[at] !== bounds[at - 1]! + 1 || body[bounds[at]! - 1] !== lineFeed) return false;
  return true;
}

/** Line breaks within events, which can only be white space between tokens, become spaces. */
function spaceOut(cut: Buffer, bounds: readonly number[]): void {
  let from = 0;
  for (let at = 0; at < bounds.length; at += 2) {
    const to = from + bounds[at + 1]! - bounds[at]!;
    for (let index = from; index < to; index++)
      if (cut[index] === lineFeed || cut[index] === carriageReturn) cut[index] = space;
    from = to + 1;
  }
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const backslash = 0x5c;

const invalidUtf8: Problem = {
  status: 400,
  code: 'invalid_utf8',
  title: 'The body is not UTF-8',
  detail: 'Send the JSON text encoded as UTF-8.',
};
