import type { Contract } from '../../contracts/contract.ts';
import { type JsonObject, isObject } from '../../model/json.ts';
import type { Plan, Pointer } from '../../model/plan.ts';
import { bind, bindings, pointerOf, segmentsOf, valueAt } from '../../model/pointer.ts';
import { fieldsOf } from '../healers/heuristics/declared.ts';
import { foldedName, wordsOf } from '../healers/heuristics/names.ts';

/** The undeclared fields of a result that a plan should have taken along, since it changed others alike. */
export type AlikeCheck = (result: JsonObject) => Pointer[];

/** So often a word has to have been put before or behind names, or left out, to show a convention. */
const fewest = 2;

/** What the sender writes where the contract has other words; one of the two may be empty. */
interface Change {
  theirs: readonly string[];
  ours: readonly string[];
  count: number;
}

/** Where undeclared fields stand, and the declared object whose fields they are. */
interface Place {
  from: string[];
  to: string[];
}

/**
 * A plan that renames `item_id` and `item_name`, or `visitor_city` to `guest_city`, has learned how the sender names things.
 * An optional field that comes later under a name changed alike must not be left behind.
 */
export function compileChangedAlike({ operations }: Plan, { jsonSchema }: Contract): AlikeCheck {
  const changes = new Map<string, Change>();
  const places = new Map<string, Place>([[' ', { from: [], to: [] }]]);
  for (const operation of operations) {
    if (operation.op !== 'move') continue;
    const [source, target] = [segmentsOf(operation.from), segmentsOf(operation.to)];
    const [from, to] = [source.slice(0, -1), target.slice(0, -1)];
    // Out of a list, or into one, the elements tell nothing of each other.
    if (pointerOf(from) !== pointerOf(to) && [...from, ...to].includes('*')) continue;
    places.set(`${pointerOf(from)} ${pointerOf(to)}`, { from, to });
    const change = changeOf(wordsOf(source.at(-1)!), wordsOf(target.at(-1)!));
    if (change === undefined) continue;
    const key = JSON.stringify(change);
    changes.set(key, { ...change, count: (changes.get(key)?.count ?? 0) + 1 });
  }
  const conventions = [...changes.values()].filter(
    ({ theirs, ours, count }) => count >= fewest || (theirs.length > 0 && ours.length > 0),
  );
  const expected = [...places.values()]
    .map((place) => ({ ...place, names: namesAfter(conventions, fieldsOf(jsonSchema, place.to).names) }))
    .filter(({ names }) => names.size > 0);
  if (expected.length === 0) return () => [];
  return (result) =>
    expected.flatMap(({ from, to, names }) =>
      (bindings(result, from) ?? []).flatMap((indexes) => {
        const around = valueAt(result, bind(from, indexes));
        const place = valueAt(result, bind(to, indexes));
        if (!isObject(around)) return [];
        return leftIn(around, place, names).map((key) => pointerOf([...from, key]));
      }),
    );
}

function leftIn(around: JsonObject, place: unknown, names: ReadonlyMap<string, string>): string[] {
  return Object.keys(around).filter((key) => {
    const name = names.get(foldedName(wordsOf(key)));
    if (name === undefined || name === key || around[key] === null) return false;
    const value = isObject(place) ? valueAt(place, [name]) : undefined;
    return value === undefined || value === null;
  });
}

/** How the sender would call each declared field, to its name. */
function namesAfter(changes: readonly Change[], declared: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  const own = new Set(declared.map((name) => foldedName(wordsOf(name))));
  for (const { theirs, ours } of changes)
    for (const name of declared) {
      const words = wordsOf(name);
      for (let at = 0; at + ours.length <= words.length; at++) {
        // With no word to stand for, theirs stand before the name or behind it.
        if (ours.length === 0 && at > 0 && at < words.length) continue;
        if (!ours.every((word, index) => words[at + index] === word)) continue;
        const theirName = foldedName([...words.slice(0, at), ...theirs, ...words.slice(at + ours.length)]);
        if (theirName !== '' && !own.has(theirName)) names.set(theirName, name);
      }
    }
  return names;
}

/** The words in which two names differ that share the others; undefined when they share none, or all. */
export function changeOf(
  source: readonly string[],
  target: readonly string[],
): Pick<Change, 'theirs' | 'ours'> | undefined {
  const most = Math.min(source.length, target.length);
  let behind = 0;
  while (behind < most && source.at(-1 - behind) === target.at(-1 - behind)) behind++;
  let before = 0;
  while (before < most - behind && source[before] === target[before]) before++;
  const theirs = source.slice(before, source.length - behind);
  const ours = target.slice(before, target.length - behind);
  return before + behind === 0 || theirs.length + ours.length === 0 ? undefined : { theirs, ours };
}
