import type { IncomingHttpHeaders } from 'node:http';
import type { Problem } from '../../api/problem.ts';
import { pointerOf } from '../../model/pointer.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import type { FormatLimits, Lines } from '../../support/lines.ts';
import type { KeptHeaders } from '../../model/event.ts';
import type { Source } from '../source.ts';
import { binaryAttributes, isBinary, readStructured } from './cloudevents.ts';
import { type MediaFormat, readLines } from './content-type.ts';
import { unpackEnvelopes } from './envelope.ts';
import { readForm } from './form.ts';

/** Events that came together, and what is kept of how they came. */
export interface Parcel {
  lines: Lines;
  headers: KeptHeaders | undefined;
  /** The pointer at which its events should have been, but were not. */
  notAt?: string;
}

/** The events of a request. Either all of them are taken or none. */
export function decode(
  headers: IncomingHttpHeaders,
  body: Buffer,
  format: MediaFormat,
  source: Source,
  limits: FormatLimits,
): Result<Parcel[], Problem> {
  const kept = source.headers.length === 0 ? undefined : keptHeaders(headers, source.headers);
  if (format === 'cloudevent' || format === 'cloudevents') return readCloudEvents(body, kept, source, limits);
  const attributes = isBinary(headers) ? binaryAttributes(headers) : undefined;
  if (attributes?.ok === false) return attributes;
  const read = readEvents(body, format, headers['content-type'], { source, limits });
  if (!read.ok) return read;
  const all = attributes === undefined ? kept : { ...kept, ...attributes.value };
  for (const parcel of read.value) parcel.headers = all;
  return withinLimit(read.value, limits);
}

/** The events, without their headers yet. */
function readEvents(
  body: Buffer,
  format: Exclude<MediaFormat, 'cloudevent' | 'cloudevents'>,
  contentType: string | undefined,
  { source, limits }: { source: Source; limits: FormatLimits },
): Result<Parcel[], Problem> {
  let text = body;
  if (format === 'form') {
    const form = readForm(body, contentType, limits.maxEvents);
    if (!form.ok) return form;
    text = Buffer.from(form.value);
  }
  const lines = readLines(text, format === 'ndjson' ? 'ndjson' : 'json', limits);
  if (!lines.ok) return lines;
  const { events } = source;
  if (events === undefined) return ok([{ lines: lines.value, headers: undefined }]);
  const unpacked = unpackEnvelopes(lines.value, events, limits);
  if (!unpacked.ok) return unpacked;
  const notAt = pointerOf(events);
  return ok(
    unpacked.value.map(({ lines, isEnvelope }) => ({
      lines,
      headers: undefined,
      ...(isEnvelope ? undefined : { notAt }),
    })),
  );
}

function readCloudEvents(
  body: Buffer,
  kept: KeptHeaders | undefined,
  source: Source,
  limits: FormatLimits,
): Result<Parcel[], Problem> {
  // The attributes stand around the event.
  const lines = readLines(body, 'json', { ...limits, maxDepth: limits.maxDepth + 1 });
  if (!lines.ok) return lines;
  const parcels: Parcel[] = [];
  for (const text of lines.value.bytes.toString().split('\n')) {
    const event = readStructured(text);
    if (!event.ok) return event;
    const data = readEvents(Buffer.from(event.value.data), 'json', undefined, { source, limits });
    if (!data.ok) return data;
    for (const events of data.value)
      parcels.push({
        ...events,
        lines: { ...events.lines, many: events.lines.many || lines.value.many },
        headers: { ...kept, ...event.value.attributes },
      });
  }
  return withinLimit(parcels, limits);
}

function withinLimit(parcels: Parcel[], limits: FormatLimits): Result<Parcel[], Problem> {
  let count = 0;
  for (const { lines } of parcels) count += lines.count;
  return count > limits.maxEvents ? fail(tooMany(limits)) : ok(parcels);
}

function keptHeaders(headers: IncomingHttpHeaders, names: readonly string[]): KeptHeaders {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}

const tooMany = ({ maxEvents }: FormatLimits): Problem => ({
  status: 413,
  code: 'too_many_events',
  title: 'Too many events in one request',
  detail: `At most ${maxEvents} are taken at once. Split the request.`,
});
