import { type Json, type JsonObject, isObject } from '../../../model/json.ts';
import { valueAt } from '../../../model/pointer.ts';
import { isUnixTime } from '../../../model/unix-time.ts';
import { cast } from '../../plans/cast.ts';
import { no } from './gone-words.ts';
import { tokensOf } from './names.ts';
import { moments } from './words.ts';

/** A time of the event, as the cast of it in a zone has read it. */
export interface TimeInZone {
  path: readonly string[];
  /** What the event names. */
  zone: Json;
  /** In UTC. */
  moment: string;
}

/** More of an object is looked at by nobody. */
const maxLooked = 200;

/**
 * Whether the event says of a time that it is in another zone than the one that it names: by a flag (`is_utc`), by the same time
 * said otherwise (`at_unix`, `at_local`), or by the offset of another time beside it.
 */
export function contradictsZone(event: JsonObject, time: TimeInZone): boolean {
  const { path, zone } = time;
  const name = path.at(-1)!;
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const around = depth === 0 ? event : valueAt(event, path.slice(0, depth));
    if (around === undefined || !isObject(around)) continue;
    const isBeside = depth === path.length - 1;
    for (const [other, value] of Object.entries(around).slice(0, maxLooked)) {
      if (isBeside && other === name) continue;
      if (isObject(value)) {
        const flags = Object.entries(value).slice(0, maxLooked);
        if (flags.some(([inner, flag]) => isFlagAgainst(inner, flag, time))) return true;
      } else if (isFlagAgainst(other, value, time)) return true;
      if (isBeside && isSameTime(other, name) && isAnotherMoment(other, value, time)) return true;
      if (isBeside && isAtAnotherOffset(value, zone)) return true;
    }
  }
  return false;
}

const wordsIn = (name: string): string[] => tokensOf(name).map((token) => token.toLowerCase());

/** How a time is written, and whose clock shows it; its name without these words is that of the time. */
const places = /^(utc|gmt|local)$/;
const forms = /^(unix|epoch|ms|s|sec|seconds|millis|milliseconds|iso|iso8601)$/;

/** `started_at_unix` and `started_local` are `started_at`; `local_time` is the `at`, of which a `timestamp` need not be. */
function isSameTime(other: string, name: string): boolean {
  const [found, meant] = [other, name].map((one) => wordsIn(one).filter((word) => !places.test(word)));
  const bare = (words: readonly string[]) =>
    words.filter((word) => !forms.test(word) && !moments.has(word)).join(' ');
  if (bare(found!) !== bare(meant!)) return false;
  const isAnyTime =
    bare(meant!) === '' && found!.filter((word) => !forms.test(word)).join(' ') !== meant!.join(' ');
  return !isAnyTime || wordsIn(other).some((word) => places.test(word));
}

/** `is_utc: true`, `times_are_local: false`. */
function isFlagAgainst(name: string, value: Json, time: TimeInZone): boolean {
  if (
    typeof value !== 'boolean' &&
    !/^(true|false|yes|no|[01yn])$/i.test(typeof value === 'object' ? '' : String(value))
  )
    return false;
  const words = wordsIn(name);
  const isSet = !no.has(typeof value === 'string' ? value.toLowerCase() : value);
  const saysUtc = words.some((word) => word === 'utc' || word === 'gmt') && isSet;
  const saysNotLocal = words.includes('local') && !isSet;
  return (saysUtc || saysNotLocal) && inZone(time.moment, 'UTC') !== inZone(time.moment, time.zone);
}

/** Zones are a quarter of an hour apart, or more; what differs by less was rounded. */
const apart = 14 * 60_000;

/** The same time as a number, with an offset, or as the clock of UTC or of the place shows it. */
function isAnotherMoment(name: string, value: Json, { zone, moment }: TimeInZone): boolean {
  const said = readAs(name, value, zone);
  return said !== undefined && Math.abs(said - Date.parse(moment)) > apart;
}

function readAs(name: string, value: Json, zone: Json): number | undefined {
  if (typeof value === 'number')
    return isUnixTime(value, 'unix') ? value * 1000 : isUnixTime(value, 'unix_ms') ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const full = cast(value, 'datetime');
  if (full.ok) return instant(full.value);
  const isUtc = wordsIn(name).some((word) => word === 'utc' || word === 'gmt');
  const read = cast(value, 'datetime', undefined, isUtc ? 'UTC' : zone);
  return read.ok ? instant(read.value) : undefined;
}

const instant = (moment: Json): number | undefined =>
  typeof moment === 'string' ? Date.parse(moment) : undefined;

/** A time with an offset that the zone has at no such moment; in UTC any sender may write one. */
function isAtAnotherOffset(value: Json, zone: Json): boolean {
  const match = typeof value === 'string' ? /^(\d{4}-\d\d-\d\d[Tt ].+?)([+-]\d\d:?\d\d)$/.exec(value) : null;
  if (match === null || /00:?00$/.test(match[2]!)) return false;
  const [moment, there] = [cast(match[0], 'datetime'), cast(match[1]!, 'datetime', undefined, zone)];
  return moment.ok && there.ok && moment.value !== there.value;
}

/** What the clock shows in a zone at a moment, read as UTC; undefined where it shows it twice. */
const inZone = (moment: string, zone: Json): Json | undefined => {
  const clock = moment.replace(/Z$/, '');
  const read = cast(clock, 'datetime', undefined, zone);
  return read.ok ? read.value : undefined;
};
