import type { Contract } from '../../contracts/contract.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Operation, Plan, Pointer } from '../../model/plan.ts';
import { covers, segmentsOf } from '../../model/pointer.ts';
import type { Candidate } from '../healers/heuristics/candidates.ts';
import { fieldsOf } from '../healers/heuristics/declared.ts';
import { mayMean } from '../healers/heuristics/evidence.ts';
import { foldedName, wordsOf } from '../healers/heuristics/names.ts';
import { wholeOf } from '../healers/heuristics/split.ts';
import { type Target, targetAt } from '../healers/heuristics/target.ts';
import { isShortened, optionalsLike } from '../healers/heuristics/optionals.ts';
import { type Search, searchFor } from '../healers/heuristics/search.ts';
import { pathsOf } from '../plans/operation-paths.ts';

/**
 * The undeclared fields of an event that may mean what a plan fills from another one or respells, wherever they stand, or an optional
 * field that is absent: what the heuristics would weigh. When one turns up after a rule was learned, the healers look
 * again. As pointers, `*` for array indexes.
 */
export type RivalFinder = (event: JsonObject) => Pointer[];

/** A sender that makes up names could go on for ever. */
export const maxBeside = 200;

/** Names compared with names, for one event. */
const maxCompared = 20_000;

export function compileRivals({ operations }: Plan, contract: Contract): RivalFinder {
  const mine = operations.flatMap((operation) => pathsOf(operation).reads);
  const filled = new Set(operations.flatMap((operation) => pathsOf(operation).writes));
  if (filled.size === 0) return () => none;
  const names = [...filled];
  const targets = names.map(segmentsOf);
  const wholes = operations.flatMap((operation) => (operation.op === 'split' ? [wholeSplit(operation)] : []));
  const abbreviates = operations.some(
    (operation) =>
      operation.op === 'move' &&
      isShortened(segmentsOf(operation.from).at(-1)!, segmentsOf(operation.to).at(-1)!),
  );
  return (event) => {
    const search = searchFor({ contract, event, source: '', violations: [], signature: '' }, 1);
    const declared = fieldsOf(contract.jsonSchema, []).names.length;
    // Too many to compare while others wait: that is left to the healers.
    if (search.candidates.length * (targets.length + declared) > maxCompared) return [''];
    const places = targets.map((path) => targetAt(search, path));
    const found = new Set<Pointer>();
    for (const candidate of search.candidates) {
      if (found.size >= maxBeside) break;
      if (isPart(candidate, mine)) continue;
      const isOne =
        typeof candidate.value === 'object'
          ? places.some((target) => isListOf(candidate, target))
          : places.some((target) => isRival(search, candidate, target)) ||
            wholes.some((whole) => isAnother(candidate, whole)) ||
            optionalsLike(search, candidate, names, abbreviates).next().done === false;
      if (isOne) found.add(candidate.pointer);
    }
    return [...found];
  };
}

const none: Pointer[] = [];

/** Of what the plan itself reads, what is in it and what is around it. */
const isPart = ({ pointer }: Candidate, mine: readonly Pointer[]): boolean =>
  mine.some((read) => covers(read, pointer) || covers(pointer, read));

/** `emails` beside what `email` is filled from: which of them is meant is for the healers to say. */
const isListOf = ({ value, pointer, words }: Candidate, target: Target): boolean =>
  Array.isArray(value) &&
  value.every((item) => typeof item !== 'object') &&
  around(pointer) === around(target.pointer) &&
  foldedName(words.leaf) === foldedName(target.words.leaf);

/** What a plan splits in two: where it stands, what it is called, and what its parts are called. */
interface Whole {
  around: Pointer;
  name: string;
  parts: readonly (readonly string[])[];
}

const wholeSplit = ({ from, to }: Extract<Operation, { op: 'split' }>): Whole => ({
  around: around(from),
  name: foldedName(wordsOf(segmentsOf(from).at(-1)!)),
  parts: to.map((path) => wordsOf(segmentsOf(path).at(-1)!)),
});

/** `name` and `fullName` beside a `full_name`: either could be split into the same parts. */
const isAnother = ({ pointer, words }: Candidate, whole: Whole): boolean =>
  around(pointer) === whole.around &&
  (foldedName(words.leaf) === whole.name || wholeOf(words.leaf, whole.parts) !== undefined);

const around = (pointer: Pointer): Pointer => pointer.slice(0, pointer.lastIndexOf('/'));

/** In a list, the fields of its elements are weighed against each other, and against none outside. */
function isRival(search: Search, candidate: Candidate, target: Target): boolean {
  return listOf(candidate.pointer) === listOf(target.pointer) && mayMean(search, candidate, target);
}

const listOf = (pointer: Pointer): string => pointer.slice(0, pointer.lastIndexOf('/*') + 2);
