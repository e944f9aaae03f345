import type { Contract } from '../../contracts/contract.ts';
import { type JsonObject, isObject } from '../../model/json.ts';
import type { Plan, Pointer } from '../../model/plan.ts';
import { pointerOf, segmentsOf, valueAt } from '../../model/pointer.ts';
import { wordsOf } from '../healers/heuristics/names.ts';
import { general } from '../healers/heuristics/words.ts';
import { isDeclared } from '../plans/schema-paths.ts';
import { pathsOf } from '../plans/static-check.ts';

/**
 * The undeclared fields of an event that may mean what a plan fills from another one: their names hold all words of its
 * name, as `total_amount` does of `amount`. When one of them turns up after a rule was learned, the healers look again.
 */
export type BesideFinder = (event: JsonObject) => Pointer[];

/** A sender that makes up names could go on for ever. */
export const maxBeside = 200;
/** Of one object. */
const maxKeys = 500;
const maxKnownKeys = 2000;

interface Place {
  path: readonly string[];
  /** Words of each field that the plan fills, as a field in this place would be called after it. */
  names: (readonly string[])[];
  /** Keys of this place, and whether they are rivals. */
  known: Map<string, boolean>;
}

export function compileBeside({ operations }: Plan, { jsonSchema }: Contract): BesideFinder {
  const places = new Map<Pointer, Place>();
  const mine = operations.flatMap((operation) => pathsOf(operation).reads);
  const isMine = (pointer: Pointer): boolean =>
    mine.some((read) => read === pointer || read.startsWith(`${pointer}/`) || pointer.startsWith(`${read}/`));
  const add = (path: readonly string[], words: readonly string[]): void => {
    if (path.includes('*') || words.every((word) => general.has(word))) return;
    const pointer = pointerOf(path);
    const place = places.get(pointer) ?? { path, names: [], known: new Map<string, boolean>() };
    place.names.push(words);
    places.set(pointer, place);
  };
  for (const operation of operations) {
    const { reads, writes } = pathsOf(operation);
    for (const write of writes) {
      if (reads.includes(write)) continue;
      const target = segmentsOf(write);
      const leaf = wordsOf(target.at(-1)!);
      add(target.slice(0, -1), leaf);
      if (target.length > 1) add([], target.flatMap(wordsOf));
      for (const read of reads) add(segmentsOf(read).slice(0, -1), leaf);
    }
  }
  const isRival = ({ path, names, known }: Place, key: string): boolean => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const words = wordsOf(key);
    const at = [...path, key];
    const found =
      names.some((name) => name.every((word) => words.includes(word))) &&
      !isDeclared(jsonSchema, at) &&
      !isMine(pointerOf(at));
    if (known.size >= maxKnownKeys) known.clear();
    known.set(key, found);
    return found;
  };
  const all = [...places.values()];
  return (event) => {
    let found: Pointer[] | undefined;
    for (const place of all) {
      const container = place.path.length === 0 ? event : valueAt(event, place.path);
      if (!isObject(container)) continue;
      let keys = 0;
      for (const key in container) {
        if (++keys > maxKeys) break;
        if (!isRival(place, key)) continue;
        const value = container[key];
        if (typeof value !== 'object') (found ??= []).push(pointerOf([...place.path, key]));
      }
    }
    return found ?? none;
  };
}

const none: Pointer[] = [];
