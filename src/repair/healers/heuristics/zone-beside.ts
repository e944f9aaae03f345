import { type Json, type JsonObject, isObject } from '../../../model/json.ts';
import { genericPointer, pointerOf, valueAt } from '../../../model/pointer.ts';
import type { Pointer } from '../../../model/plan.ts';
import { isZone } from '../../../model/time-zones.ts';
import { lettersOf, tokensOf, wordsOf } from './names.ts';
import { moments } from './words.ts';

/** What a field is called that names the zone of the times beside it. */
const zoneName = /^(iana)?(timezone|tz)(name|id|identifier|offset)?$|^(utc|gmt)offset$/;

const anyZoneName = /(timezone|tz|utcoffset|gmtoffset)(name|id|identifier)?$/;

/**
 * The one zone that the event names for a time: in a field that is called after it (`created_tz`), else for all of its
 * object, else for all that is around that. Undefined when none does, or several do and differ.
 */
export function zoneBeside(
  event: JsonObject,
  time: readonly string[],
): { from: Pointer; zone: string } | undefined {
  const { around, zones } = zonesBeside(event, time);
  const [only] = zones;
  if (only === undefined || saysUtc(time)) return undefined;
  const [name, zone] = only;
  if (!isZone(zone) || zones.some(([, other]) => !isZone(other))) return undefined;
  return { from: genericPointer(pointerOf([...around, name]), event), zone };
}

/** Whether a field is called so that it may name the zone of any time beside it. */
export const isZoneName = (name: string): boolean => zoneName.test(lettersOf(name));

/** Whether a time is called after its zone: of `started_at_utc` a `timezone` beside it says nothing. */
export const saysUtc = (time: readonly string[]): boolean =>
  tokensOf(time.at(-1)!).some((token) => /^(utc|gmt)$/i.test(token));

/** All that the event says of the zone of a time: its own name, and the nearest object that says anything of it. */
export function zonesBeside(
  event: JsonObject,
  time: readonly string[],
): { around: readonly string[]; zones: [name: string, zone: Json][] } {
  const stems = [wordsOf(time.at(-1)!), tokensOf(time.at(-1)!).map((token) => token.toLowerCase())].map(
    (words) => words.filter((word) => !moments.has(word)).join(''),
  );
  for (let depth = time.length - 1; depth >= 0; depth--) {
    const around = time.slice(0, depth);
    const object = depth === 0 ? event : valueAt(event, around);
    const zones = object !== undefined && isObject(object) ? zonesIn(object, stems) : [];
    if (zones.length > 0) return { around, zones: saysUtc(time) ? [...zones, [time.at(-1)!, 'UTC']] : zones };
  }
  return { around: [], zones: [] };
}

/** `all_times_in: "UTC"`: no text but a zone is written so. */
const isWrittenOut = (value: Json): boolean =>
  typeof value === 'string' && /^(UTC|GMT)|^[A-Z][a-z]+\/|:/.test(value) && isZone(value);

function zonesIn(object: JsonObject, stems: readonly string[]): [string, Json][] {
  const zones = Object.entries(object).map(([name, value]) => ({ name, value, letters: lettersOf(name) }));
  const isOwn = (letters: string) =>
    stems.some(
      (stem) =>
        stem !== '' &&
        letters.startsWith(stem) &&
        zoneName.test(letters.slice(stem.length).replace(/^(at|on)/, '')),
    );
  const own = zones.filter(({ letters }) => isOwn(letters));
  if (own.length > 0) return own.map(({ name, value }) => [name, value]);
  const found = zones.filter(({ letters }) => zoneName.test(letters));
  // Another zone of something in the object leaves open in which of the two the time is.
  const others = zones.flatMap(({ name, value, letters }): [string, Json][] => {
    if (isObject(value)) return Object.entries(value).filter(([inner]) => isZoneName(inner));
    return !zoneName.test(letters) && (anyZoneName.test(letters) || isWrittenOut(value))
      ? [[name, value]]
      : [];
  });
  return found.length === 0
    ? []
    : [...found.map(({ name, value }): [string, Json] => [name, value]), ...others];
}
