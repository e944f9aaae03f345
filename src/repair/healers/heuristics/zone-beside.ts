import { type Json, type JsonObject, isObject } from '../../../model/json.ts';
import { genericPointer, pointerOf, valueAt } from '../../../model/pointer.ts';
import type { Pointer } from '../../../model/plan.ts';
import { isZone } from '../../plans/zones.ts';
import { lettersOf, wordsOf } from './names.ts';
import { moments } from './words.ts';

/** What a field is called that names the zone of the times beside it. */
const zoneName = /^(iana)?(timezone|tz)(name|id|identifier|offset)?$|^(utc|gmt)offset$/;

/**
 * The one zone that the event names for a time: in a field that is called after it (`created_tz`), else for all of its
 * object, else for all that is around that. Undefined when none does, or several do and differ.
 */
export function zoneBeside(
  event: JsonObject,
  time: readonly string[],
): { from: Pointer; zone: string } | undefined {
  const stem = wordsOf(time.at(-1)!)
    .filter((word) => !moments.has(word))
    .join('');
  for (let depth = time.length - 1; depth >= 0; depth--) {
    const around = time.slice(0, depth);
    const object = depth === 0 ? event : valueAt(event, around);
    if (!isObject(object)) continue;
    const named = zonesIn(object, stem);
    const [only] = named;
    if (only === undefined) continue;
    const [name, zone] = only;
    if (!isZone(zone) || named.some(([, other]) => other !== zone)) return undefined;
    return { from: genericPointer(pointerOf([...around, name]), event), zone };
  }
  return undefined;
}

function zonesIn(object: JsonObject, stem: string): [string, Json][] {
  const zones = Object.entries(object).map(([name, value]) => ({ name, value, letters: lettersOf(name) }));
  const isOwn = (letters: string) =>
    stem !== '' &&
    letters.startsWith(stem) &&
    zoneName.test(letters.slice(stem.length).replace(/^(at|on)/, ''));
  const own = zones.filter(({ letters }) => isOwn(letters));
  const found = own.length > 0 ? own : zones.filter(({ letters }) => zoneName.test(letters));
  return found.map(({ name, value }) => [name, value]);
}
