import { isObject } from '../../../model/json.ts';
import { genericPointer, isBelow, pointerOf, segmentsOf, valueAt } from '../../../model/pointer.ts';
import type { Candidate } from './candidates.ts';
import { moved } from './find.ts';
import { conventionsOf } from './convention.ts';
import { fieldsOf } from './declared.ts';
import { gatherOptional } from './gather.ts';
import { wordsOfPath } from './containers.ts';
import { doubtFor } from './doubts.ts';
import { changeOf } from '../../plans/changed-alike.ts';
import { foldedName, wordsOf } from './names.ts';
import { type Found, type Search, placed } from './search.ts';
import { doubtfulOf, isShortened } from './optionals.ts';

/** What the repair does already. */
export interface Done {
  /** Source → target. */
  taken: ReadonlyMap<string, string>;
  filled: readonly string[];
  /** As JSON. */
  operations: readonly string[];
}

/**
 * The optional fields that drifted along with the required ones: undeclared ones that have the very name of a declared
 * field which is absent. The contract does not miss them, but without them the event is not the one that was sent.
 */
export function findLeftovers(search: Search, done: Done): Found[] {
  const { filled, operations } = done;
  const taken = [...done.taken.keys()];
  const emptied = containersEmptied(done.taken);
  const isTaken = (pointer: string) =>
    taken.some((other) => pointer === other || pointer.startsWith(`${other}/`));
  const pairs: { candidate: Candidate; path: string[]; target: string }[] = [];
  for (const candidate of search.candidates) {
    // Nothing is opened for the sake of an optional field.
    const isOpened = candidate.preparation.every((operation) =>
      operations.includes(JSON.stringify(operation)),
    );
    if (isTaken(candidate.pointer) || !isOpened) continue;
    const path =
      namesake(search, candidate, filled, emptied) ??
      aliased(search, candidate, filled) ??
      conventional(search, candidate, filled) ??
      changedAlike(search, candidate, done) ??
      pushedDown(search, candidate, done);
    if (path === undefined || doubtFor(candidate.container?.doubts ?? [], path) !== undefined) continue;
    pairs.push({ candidate, path, target: genericPointer(pointerOf(path), search.failure.event) });
  }
  const paired = new Set(pairs.map(({ candidate }) => candidate));
  const gathered = gatherOptional(
    search,
    (candidate) => !isTaken(candidate.pointer) && !paired.has(candidate),
  );
  search.fitter.presume(pairs.map(({ candidate, path }) => ({ path, value: candidate.value })));
  const alone = pairs.flatMap(({ candidate, path, target }): Found[] => {
    const rival = pairs.find(
      (other) => other.target === target && other.candidate.pointer !== candidate.pointer,
    );
    if (rival !== undefined)
      return [{ ok: false, reason: `${target} could be ${candidate.pointer} or ${rival.candidate.pointer}` }];
    const fit = search.fitter.fit(placed(candidate, path));
    if (fit.kind !== 'fits' && fit.kind !== 'nearly') return [];
    return [
      moved(
        {
          candidate,
          name: { score: 1, reason: conventionsOf(search).get(candidate)?.reason ?? 'the same name' },
          changes: fit.changes,
        },
        target,
      ),
    ];
  });
  const moving = new Set([...alone, ...gathered].flatMap((found) => (found.ok ? found.from : [])));
  const leafOf = (pointer: string) => segmentsOf(pointer).at(-1)!;
  const abbreviates = [...done.taken].some(([from, to]) => isShortened(leafOf(from), leafOf(to)));
  const doubt = search.candidates
    .filter(({ pointer }) => !isTaken(pointer) && !moving.has(pointer))
    .map((candidate) => doubtfulOf(search, candidate, filled, abbreviates))
    .find((found) => found !== undefined);
  return doubt === undefined ? [...alone, ...gathered] : [doubt];
}

const aroundOf = (pointer: string): string => pointer.slice(0, pointer.lastIndexOf('/'));

/** The containers out of which fields were moved to beside them. */
function containersEmptied(taken: ReadonlyMap<string, string>): Set<string> {
  const moved = [...taken].filter(
    ([from, to]) => aroundOf(aroundOf(from)) === aroundOf(to) && aroundOf(from) !== '',
  );
  return new Set(moved.map(([from]) => aroundOf(from)));
}

/** The absent field beside it of which the contract says that senders call it so. */
function aliased({ failure }: Search, candidate: Candidate, filled: readonly string[]): string[] | undefined {
  const { contract, event } = failure;
  if (candidate.container !== undefined) return undefined;
  const called = foldedName(candidate.words.leaf);
  const [only, ...others] = Object.entries(contract.aliases).filter(
    ([pointer, aliases]) =>
      aroundOf(pointer) === aroundOf(candidate.pointer) &&
      aliases.some((alias) => foldedName(wordsOf(alias)) === called),
  );
  if (only === undefined || others.length > 0 || filled.includes(only[0])) return undefined;
  const path = [...candidate.path.slice(0, -1), segmentsOf(only[0]).at(-1)!];
  return valueAt(event, path) === undefined ? path : undefined;
}

/** The absent path that the sender's convention makes of the candidate's. */
function conventional(search: Search, candidate: Candidate, filled: readonly string[]): string[] | undefined {
  const path = conventionsOf(search).get(candidate)?.path;
  if (path === undefined || valueAt(search.failure.event, path) !== undefined) return undefined;
  return filled.includes(genericPointer(pointerOf(path), search.failure.event)) ? undefined : path;
}

/** The absent field beside it to which the candidate's name changes as those of two other fields have, at least. */
function changedAlike(search: Search, candidate: Candidate, { taken, filled }: Done): string[] | undefined {
  const { event, contract } = search.failure;
  const around = candidate.path.slice(0, -1);
  const changeFrom = (from: string, to: string) =>
    JSON.stringify(changeOf(wordsOf(from), wordsOf(to)) ?? null);
  const seen = [...taken].flatMap(([from, to]) =>
    aroundOf(from) === aroundOf(to) ? [changeFrom(segmentsOf(from).at(-1)!, segmentsOf(to).at(-1)!)] : [],
  );
  if (seen.length < 2) return undefined;
  const places = fieldsOf(contract.jsonSchema, around).names.filter((name) => {
    const change = changeFrom(candidate.path.at(-1)!, name);
    return change !== 'null' && seen.filter((other) => other === change).length >= 2;
  });
  const [only, ...others] = places;
  if (only === undefined || others.length > 0) return undefined;
  const path = [...around, only];
  const isFilled = filled.includes(genericPointer(pointerOf(path), event));
  return isFilled || valueAt(event, path) !== undefined ? undefined : path;
}

/** The absent field of an object into which others with their own name have moved from beside the candidate. */
function pushedDown(search: Search, candidate: Candidate, { taken, filled }: Done): string[] | undefined {
  const { event, contract } = search.failure;
  const leafOf = (pointer: string) => segmentsOf(pointer).at(-1)!;
  const objects = new Set(
    [...taken].flatMap(([from, to]) => {
      const [around, object] = [aroundOf(from), aroundOf(to)];
      const isDown = object !== around && leafOf(from) === leafOf(to);
      return isDown && around === aroundOf(candidate.pointer) && !object.includes('*') ? [object] : [];
    }),
  );
  const places = [...objects].flatMap((object) => {
    const around = segmentsOf(object);
    return fieldsOf(contract.jsonSchema, around)
      .names.filter((name) => foldedName(wordsOf(name)) === foldedName(candidate.words.leaf))
      .map((name) => [...around, name]);
  });
  const [only, ...others] = places;
  if (only === undefined || others.length > 0 || valueAt(event, only) !== undefined) return undefined;
  return filled.includes(pointerOf(only)) ? undefined : only;
}

/** The one absent path of the contract that reads as the candidate does, in the event or in what is put into it. */
function namesake(
  { failure, declared }: Search,
  candidate: Candidate,
  filled: readonly string[],
  emptied: ReadonlySet<string>,
): string[] | undefined {
  const { contract, event } = failure;
  const outside = candidate.path.slice(0, -2);
  const unpacked = !emptied.has(aroundOf(candidate.pointer))
    ? []
    : fieldsOf(contract.jsonSchema, outside)
        .names.filter((name) => foldedName(wordsOf(name)) === foldedName(candidate.words.leaf))
        .map((name) => [...outside, name]);
  const inPlace = declared
    .reading(foldedName(wordsOfPath(candidate.path, [])))
    .map((path) => withIndexes(path, candidate))
    .filter((path) => path !== undefined);
  const places = [...(unpacked.length > 0 ? unpacked : inPlace)].filter(
    (path) => valueAt(event, path) === undefined && hasPlace(path),
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
