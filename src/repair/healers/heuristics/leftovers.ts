import { isObject } from '../../../json.ts';
import { genericPointer, isBelow, pointerOf, segmentsOf, valueAt } from '../../pointer.ts';
import type { Candidate } from './candidates.ts';
import { moved } from './find.ts';
import { foldedName, wordsOfPath } from './names.ts';
import { type Found, type Search, placed } from './search.ts';

const noWords: ReadonlySet<string> = new Set();

/**
 * The optional fields that drifted along with the required ones: undeclared ones that have the very name of a declared
 * field which is absent. The contract does not miss them, but without them the event is not the one that was sent.
 */
export function findLeftovers(
  search: Search,
  taken: readonly string[],
  filled: readonly string[],
  done: readonly string[],
): Found[] {
  const isTaken = (pointer: string) =>
    taken.some((other) => pointer === other || pointer.startsWith(`${other}/`));
  const pairs: { candidate: Candidate; path: string[]; target: string }[] = [];
  for (const candidate of search.candidates) {
    // Nothing is opened for the sake of an optional field.
    const isOpened = candidate.preparation.every((operation) => done.includes(JSON.stringify(operation)));
    if (isTaken(candidate.pointer) || !isOpened) continue;
    const path = namesake(search, candidate, filled);
    if (path === undefined) continue;
    pairs.push({ candidate, path, target: genericPointer(pointerOf(path), search.failure.event) });
  }
  search.fitter.presume(pairs.map(({ candidate, path }) => ({ path, value: candidate.value })));
  return pairs.flatMap(({ candidate, path, target }): Found[] => {
    const rival = pairs.find(
      (other) => other.target === target && other.candidate.pointer !== candidate.pointer,
    );
    if (rival !== undefined)
      return [{ ok: false, reason: `${target} could be ${candidate.pointer} or ${rival.candidate.pointer}` }];
    const fit = search.fitter.fit(placed(candidate, path));
    if (fit.kind !== 'fits') return [];
    return [moved({ candidate, name: { score: 1, reason: 'the same name' }, changes: fit.changes }, target)];
  });
}

/** The one absent path of the contract that reads as the candidate does, in the event or in what is put into it. */
function namesake(
  { failure, declared }: Search,
  candidate: Candidate,
  filled: readonly string[],
): string[] | undefined {
  const { event } = failure;
  const words = wordsOfPath(candidate.path, noWords);
  const folded = foldedName(words);
  const places = words.flatMap((_, start) =>
    declared
      .endingIn(foldedName(words.slice(start)))
      .filter((path) => foldedName(wordsOfPath(path, noWords)) === folded)
      .map((path) => withIndexes(path, candidate))
      .filter((path) => path !== undefined)
      .filter((path) => valueAt(event, path) === undefined && hasPlace(path)),
  );
  const [only, ...others] = places;
  return others.length === 0 ? only : undefined;

  function hasPlace(path: readonly string[]): boolean {
    const around = path.slice(0, -1);
    const pointer = genericPointer(pointerOf(path), event);
    if (filled.includes(pointer)) return false;
    if (around.length === 0 || isObject(valueAt(event, around))) return true;
    return filled.some((target) => isBelow(segmentsOf(target), segmentsOf(pointer).slice(0, -1)));
  }
}

/** A declared path with the candidate's own indexes for its stars, when both lie in the same element. */
function withIndexes(path: readonly string[], candidate: Candidate): string[] | undefined {
  const generic = segmentsOf(candidate.pointer);
  const last = path.lastIndexOf('*');
  if (last !== generic.lastIndexOf('*')) return undefined;
  const isSamePlace = path.slice(0, last + 1).every((segment, at) => segment === generic[at]);
  return isSamePlace ? [...candidate.path.slice(0, last + 1), ...path.slice(last + 1)] : undefined;
}
