import type { Contract } from '../../contracts/contract.ts';
import { type JsonObject, isObject } from '../../model/json.ts';
import type { Plan, Pointer } from '../../model/plan.ts';
import { pointerOf, segmentsOf, valueAt } from '../../model/pointer.ts';
import { fieldsOf } from '../healers/heuristics/declared.ts';
import { foldedName, wordsOf } from '../healers/heuristics/names.ts';

/** The undeclared fields of a result that a plan should have taken along, since it changed others alike. */
export type AlikeCheck = (result: JsonObject) => Pointer[];

/** Fields that have to have changed alike to show a convention. */
const fewest = 2;

interface Change {
  from: string[];
  to: string[];
  count: number;
  /** What the sender writes where the contract has another word, or none. */
  theirs: readonly string[];
  ours: readonly string[];
}

/**
 * A plan that renames `item_id` and `item_name` has learned how the sender names things. An optional `item_note` that comes
 * later is the `note`, and must not be left behind.
 */
export function compileChangedAlike({ operations }: Plan, { jsonSchema }: Contract): AlikeCheck {
  const changes = new Map<string, Change>();
  for (const operation of operations) {
    if (operation.op !== 'move') continue;
    const [source, target] = [segmentsOf(operation.from), segmentsOf(operation.to)];
    const [from, to] = [source.slice(0, -1), target.slice(0, -1)];
    if (from.includes('*') || to.includes('*')) continue;
    const [theirs, ours] = unshared(wordsOf(source.at(-1)!), wordsOf(target.at(-1)!));
    if (theirs === undefined || ours === undefined) continue;
    const key = JSON.stringify([from, to, theirs, ours]);
    const change = changes.get(key) ?? { from, to, count: 0, theirs, ours };
    change.count++;
    changes.set(key, change);
  }
  const expected = [...changes.values()]
    .filter(({ count }) => count >= fewest)
    .map(({ from, to, theirs, ours }) => {
      const names = new Map<string, string>();
      for (const name of fieldsOf(jsonSchema, to).names) {
        const words = wordsOf(name);
        if (words.length > ours.length && ours.every((word, at) => words[at] === word))
          names.set(foldedName([...theirs, ...words.slice(ours.length)]), name);
      }
      return { from, to, names };
    });
  if (expected.length === 0) return () => [];
  return (result) => {
    const left: Pointer[] = [];
    for (const { from, to, names } of expected) {
      const [around, place] = [valueAt(result, from), valueAt(result, to)];
      if (!isObject(around)) continue;
      for (const key of Object.keys(around)) {
        const name = names.get(foldedName(wordsOf(key)));
        if (name === undefined || name === key || around[key] === null) continue;
        const value = isObject(place) ? valueAt(place, [name]) : undefined;
        if (value === undefined || value === null) left.push(pointerOf([...from, key]));
      }
    }
    return left;
  };
}

/** What comes before the words that both names end in; nothing when they share none, or all. */
function unshared(
  theirs: readonly string[],
  ours: readonly string[],
): [readonly string[] | undefined, readonly string[] | undefined] {
  let shared = 0;
  while (shared < Math.min(theirs.length, ours.length) && theirs.at(-1 - shared) === ours.at(-1 - shared))
    shared++;
  if (shared === 0 || (shared === theirs.length && shared === ours.length)) return [undefined, undefined];
  return [theirs.slice(0, theirs.length - shared), ours.slice(0, ours.length - shared)];
}
