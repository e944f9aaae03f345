import { hash } from 'node:crypto';
import { keyLength } from '../engine/published-key.ts';
import { segmentsOf } from '../model/pointer.ts';
import { cloudEventId } from '../sources/formats/cloudevents.ts';
import type { Parcel } from '../sources/formats/decode.ts';
import { scalarAt } from '../sources/formats/raw-json.ts';
import type { Source } from '../sources/source.ts';
import type { IncomingHttpHeaders } from 'node:http';

/** Events that are stored together, and are one delivery when they have an id. */
export interface Unit {
  bytes: Buffer;
  count: number;
  parcel: Parcel;
  /** The key of the delivery, the same for each try; undefined when the sender gives no id. */
  delivery: string | undefined;
}

/**
 * Splits what came into deliveries. An id in a header is the whole request's, one within the events is each event's; CloudEvents
 * have an id of their own, unless the settings name another.
 */
export function unitsOf(parcels: readonly Parcel[], headers: IncomingHttpHeaders, source: Source): Unit[] {
  const whole = headerId(headers, source);
  const [first] = parcels;
  if (
    parcels.length === 1 &&
    first!.headers === undefined &&
    whole === undefined &&
    source.idPointers.length === 0
  )
    return first!.lines.count === 0 ? [] : [unitOf(first!, undefined)];
  return parcels.flatMap((parcel, index) => {
    const { bytes, count } = parcel.lines;
    if (count === 0) return [];
    const cloudEvent = parcel.headers?.['ce-id'] === undefined ? undefined : cloudEventId(parcel.headers);
    const id = source.hasOwnId ? (whole ?? cloudEvent) : (cloudEvent ?? whole);
    if (id === undefined && source.idPointers.length > 0)
      return bytes
        .toString()
        .split('\n')
        .map((text) => ({
          bytes: Buffer.from(text),
          count: 1,
          parcel,
          delivery: keyOf(source, ['event', eventId(text, source)]),
        }));
    if (id === undefined) return [unitOf(parcel, undefined)];
    // A key that a client made up may be used again by mistake: then it is another event, and not lost.
    const body = id === whole && !source.hasOwnId ? hash('sha256', bytes, 'base64url') : '';
    const part = parcels.length > 1 && id === whole ? String(index) : '';
    return [unitOf(parcel, keyOf(source, [id === whole ? 'header' : 'cloudevent', id, part, body]))];
  });
}

const unitOf = (parcel: Parcel, delivery: string | undefined): Unit => ({
  bytes: parcel.lines.bytes,
  count: parcel.lines.count,
  parcel,
  delivery,
});

function headerId(headers: IncomingHttpHeaders, { idHeaders }: Source): string | undefined {
  for (const name of idHeaders) {
    const value = headers[name];
    if (typeof value === 'string' && value.trim() !== '') return `${name}=${value.trim()}`;
  }
  return undefined;
}

function eventId(text: string, { idPointers }: Source): string | undefined {
  for (const pointer of idPointers) {
    const value = scalarAt(text, segmentsOf(pointer));
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

/** Of one length, whatever the sender's id is. */
function keyOf(source: Source, parts: readonly (string | undefined)[]): string | undefined {
  if (parts.includes(undefined)) return undefined;
  return hash('sha256', JSON.stringify([source.name ?? '', ...parts]), 'binary').slice(0, keyLength);
}
