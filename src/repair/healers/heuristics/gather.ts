import { type JsonObject, isObject } from '../../../model/json.ts';
import { genericPointer, pointerOf, segmentsOf, valueAt } from '../../../model/pointer.ts';
import type { Candidate } from './candidates.ts';
import { composites, isNeutral, neutral } from './containers.ts';
import { fieldsOf } from './declared.ts';
import { moved } from './find.ts';
import { isOneWord } from './name-form.ts';
import { foldedName, wordsOf } from './names.ts';
import { type Found, type Search, placed } from './search.ts';
import { commonplace } from './words.ts';
import { takesNull } from '../../plans/schema-paths.ts';

interface Part {
  candidate: Candidate;
  path: string[];
}

const maxDepth = 3;

/**
 * A missing object whose fields lie beside its place, all with its name as a prefix or all under their own: optional
 * ones too, since half an object is not the one that was sent. Undefined when they are not there.
 */
export function gatherObject(search: Search, path: readonly string[]): Found[] | undefined {
  const { event, contract } = search.failure;
  const around = path.slice(0, -1);
  if (!isObject(valueAt(event, around)) && around.length > 0) return undefined;
  const beside = candidatesBeside(search, around);
  const [prefixed, bare] = [wordsOf(path.at(-1)!), []].map((prefix) => {
    const parts = partsOf(contract.jsonSchema, path, prefix, beside);
    return parts !== undefined && isEvident(parts, prefix) ? parts : undefined;
  });
  const parts = prefixed ?? (isComposite(search, path) ? bare : undefined);
  if (parts === undefined) return undefined;
  const target = genericPointer(pointerOf(path), event);
  if (prefixed !== undefined && bare !== undefined && isComposite(search, path))
    return [{ ok: false, reason: `the fields of ${target} are there twice` }];
  if (prefixed === undefined && hasLike(search, path))
    return [{ ok: false, reason: `the fields of ${target} may be of another such object` }];
  search.fitter.presume(parts.map(({ candidate, path: to }) => ({ path: to, value: candidate.value })));
  return parts.map((part) => placePart(search, part));
}

/**
 * Objects that no contract misses, being optional, and that were flattened along with what it does miss: told by two
 * prefixed fields or more, and all that such an object requires.
 */
export function gatherOptional(search: Search, isFree: (candidate: Candidate) => boolean): Found[] {
  const { event, contract } = search.failure;
  const places = new Map<string, string[]>();
  for (const { path, container } of search.candidates)
    if (container === undefined) places.set(pointerOf(path.slice(0, -1)), path.slice(0, -1));
  return [...places.values()].flatMap((around) => {
    const beside = candidatesBeside(search, around);
    const prefixes = [...beside.values()].flat().map(({ words }) => words.leaf[0]);
    return fieldsOf(contract.jsonSchema, around).names.flatMap((name): Found[] => {
      const path = [...around, name];
      const prefix = wordsOf(name);
      if (!prefixes.includes(prefix[0]) || valueAt(event, path) !== undefined) return [];
      const parts = partsOf(contract.jsonSchema, path, prefix, beside) ?? [];
      if (parts.length < 2 || !parts.every(({ candidate }) => isFree(candidate))) return [];
      const found = parts.map((part) => placePart(search, part));
      return found.every(({ ok }) => ok) ? found : [];
    });
  });
}

/** The undeclared fields of one object, by how their names read. */
function candidatesBeside({ candidates }: Search, around: readonly string[]): Map<string, Candidate[]> {
  const beside = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const isThere =
      candidate.path.length === around.length + 1 &&
      around.every((segment, at) => candidate.path[at] === segment);
    if (!isThere) continue;
    // A path with slashes names the object and its field.
    const folded = foldedName(candidate.words.leaf.filter((word) => word !== '/'));
    beside.set(folded, [...(beside.get(folded) ?? []), candidate]);
  }
  return beside;
}

/**
 * Whether an object's fields may stand under their own names where it is missing: its name says nothing but what they are together
 * (`address`). A lone `amount` is not that of a `discount`.
 */
const isComposite = ({ own }: Search, path: readonly string[]): boolean =>
  isNeutral(path.at(-1)!, own) ||
  wordsOf(path.at(-1)!).every((word) => composites.has(word) || neutral.has(word));

/** Whether something else in the event or the contract has such fields. */
function hasLike({ failure, declared, candidates }: Search, path: readonly string[]): boolean {
  const { contract, event } = failure;
  const target = genericPointer(pointerOf(path), event);
  const fields = fieldsOf(contract.jsonSchema, path).names.map((field) => foldedName(wordsOf(field)));
  const shared = fields.filter(
    (field) =>
      declared.endingIn(field).some((other) => pointerOf(other.slice(0, -1)) !== target) ||
      candidates.some(
        ({ path: at, words: { leaf } }) => at.length > path.length && foldedName(leaf) === field,
      ),
  );
  return shared.length >= Math.min(2, fields.length);
}

/** Fields under their own name have to tell by more than one that they belong together. */
function isEvident(parts: readonly Part[], prefix: readonly string[]): boolean {
  if (prefix.length > 0) return parts.length > 0;
  return (
    parts.length > 1 &&
    parts.some(({ candidate }) => !candidate.words.leaf.every((word) => commonplace.has(word)))
  );
}

/** The candidates for the fields of an object; undefined when a required one is missing, or there twice. */
function partsOf(
  jsonSchema: JsonObject,
  path: readonly string[],
  prefix: readonly string[],
  beside: ReadonlyMap<string, Candidate[]>,
  depth = 0,
): Part[] | undefined {
  const { names, required } = fieldsOf(jsonSchema, path);
  const parts: Part[] = [];
  for (const name of names) {
    const words = [...prefix, ...wordsOf(name)];
    const at = [...path, name];
    const found = (beside.get(foldedName(words)) ?? []).filter(
      // A `username` may be a thing of its own.
      ({ words: { leaf } }) => prefix.length === 0 || !isOneWord(leaf),
    );
    if (found.length > 1) return undefined;
    // One that holds null, where that is no value, is no part of the object.
    if (found[0]?.value === null && !required.has(name) && !takesNull(jsonSchema, at)) continue;
    if (found[0] !== undefined) parts.push({ candidate: found[0], path: at });
    else {
      const within = depth < maxDepth ? partsOf(jsonSchema, at, words, beside, depth + 1) : undefined;
      if (within !== undefined && within.length > 0) parts.push(...within);
      else if (required.has(name)) return undefined;
    }
  }
  return parts;
}

function placePart(search: Search, { candidate, path }: Part): Found {
  const target = genericPointer(pointerOf(path), search.failure.event);
  const fit = search.fitter.fit(placed(candidate, path));
  if (fit.kind === 'ambiguous')
    return { ok: false, reason: `${candidate.pointer} can be read in more than one way` };
  if (fit.kind === 'none') return { ok: false, reason: `${candidate.pointer} does not fit at ${target}` };
  const name = { score: 0.9, reason: `a field of ${pointerOf(segmentsOf(target).slice(0, -1))}, flattened` };
  return moved({ candidate, name, changes: fit.changes }, target);
}
