import type { Json, JsonObject } from '../../../model/json.ts';
import { valueAt } from '../../../model/pointer.ts';
import { cast } from '../../plans/cast.ts';
import { isRemote, timeFormats } from './casts.ts';
import type { Change } from './changes.ts';
import { zoneBeside } from './zone-beside.ts';

/** A change, and what it makes of the value. */
export interface ZonedTime {
  changes: Change[];
  result: Json;
}

const formats: readonly (string | undefined)[] = [undefined, ...timeFormats];

/**
 * The ways to read a time without a zone in the zone that the event names beside it. A format that can't read what the
 * peers have in this place, while another one can, is none of them.
 */
export function timesInZone(
  event: JsonObject,
  peers: readonly JsonObject[],
  at: readonly string[],
  text: string,
): ZonedTime[] {
  const beside = zoneBeside(event, at);
  if (beside === undefined) return [];
  const { from: zone_from, zone } = beside;
  const reads = (format: string | undefined, other: string) => {
    const made = cast(other, 'datetime', format, zone);
    return made.ok && (format === undefined || !isRemote(made.value, 'datetime'));
  };
  const own = formats.filter((format) => reads(format, text));
  if (own.length === 0) return [];
  const others = peers.map((peer) => valueAt(peer, at)).filter((other) => typeof other === 'string');
  const suits = (format: string | undefined, other: string) =>
    reads(format, other) || !formats.some((rival) => reads(rival, other));
  return own
    .filter((format) => format === undefined || others.every((other) => suits(format, other)))
    .flatMap((format) => {
      const made = cast(text, 'datetime', format, zone);
      if (!made.ok) return [];
      const change = { op: 'cast', to: 'datetime', zone_from } as const;
      return [{ changes: [format === undefined ? change : { ...change, format }], result: made.value }];
    });
}
