import { type JsonObject, isObject } from '../../../model/json.ts';
import { isBelow, pointerOf, valueAt } from '../../../model/pointer.ts';
import { isDeclared, schemasAt, typesOf } from '../../plans/schema-paths.ts';
import type { Candidate } from './candidates.ts';
import { type NameContext, type NameEvidence, another, compareNames } from './compare.ts';
import { isNeutral, isValueName } from './containers.ts';
import { axes } from '../../plans/meaning/vocabulary.ts';
import { fieldsOf } from './declared.ts';
import { foldedName, wordsOf } from './names.ts';
import type { Search } from './search.ts';
import type { Target } from './target.ts';
import { commonplace, qualifiers } from './words.ts';

/**
 * Where the contract itself has a container that says nothing, `data`, a field in another one of the kind, `information`, may
 * be of another record.
 */
export function isOtherContainer({ own }: Search, { path, container }: Candidate, target: Target): boolean {
  if (container === undefined) return false;
  const neutralOf = (segments: readonly string[]) =>
    segments.filter((segment) => isNeutral(segment, own)).map((segment) => foldedName(wordsOf(segment)));
  const theirs = neutralOf(path.slice(container.outermost - 1, -1));
  const ours = neutralOf(target.path.slice(0, -1));
  return theirs.length > 0 && ours.length > 0 && !theirs.some((name) => ours.includes(name));
}

export const contextFor = ({ own, isOfAct }: Search, { isDistinctive, isFlag }: Target): NameContext => ({
  own,
  isOfAct,
  isDistinctive,
  isFlag,
});

export const inside: NameEvidence = { score: 0.9, reason: 'the value that stands in its place' };

/** The `value` of `level: {value}`, where the contract has no object. What else that holds must have gone elsewhere. */
export const isInside = ({ failure }: Search, { path }: Candidate, target: Target): boolean =>
  path.length === target.path.length + 1 &&
  isBelow(path, target.path) &&
  isValueName(path.at(-1)!) &&
  schemasAt(failure.contract.jsonSchema, target.path).every((schema) => !typesOf(schema).includes('object'));

export const putTogether: NameEvidence = {
  score: 0.9,
  reason: 'the same name, put together with a field beside it',
};

/** The `currency` in `amount: {value, currency}`, where the contract has both side by side. */
export function isPutTogether(search: Search, { path, words }: Candidate, target: Target): boolean {
  const { failure } = search;
  const around = path.slice(0, -1);
  const { jsonSchema } = failure.contract;
  return (
    path.length === target.path.length + 1 &&
    target.path.slice(0, -1).every((segment, at) => segment === path[at]) &&
    isDeclared(jsonSchema, around) &&
    compareNames(words.leaf, target.words.leaf, contextFor(search, target)).score >= 0.9 &&
    schemasAt(jsonSchema, around).every((schema) => !typesOf(schema).includes('object'))
  );
}

/**
 * The very same name in an object around the target's place, when the contract has one field of this name only, and
 * nothing beside it that may be what it belongs to: a `city` beside an `ip` is not that of the address.
 */
export function pulledUp(
  { declared, candidates, failure }: Search,
  candidate: Candidate,
  target: Target,
): NameEvidence {
  const { path, words, container } = candidate;
  const folded = foldedName(words.leaf);
  if (folded !== foldedName(target.words.leaf) || words.leaf.every((word) => commonplace.has(word)))
    return another;
  // A lone `email` beside `insured` may be somebody else's, and a `cost` beside `shipping` that of the whole.
  if (target.words.full.slice(0, -words.leaf.length).some(isQualifier)) return another;
  // Of two that are called so, either may be the one.
  if (candidates.some((other) => other !== candidate && foldedName(other.words.leaf) === folded))
    return another;
  const around = path.slice(0, -1);
  if (path.length >= target.path.length || !isBelow(target.path, around) || container !== undefined)
    return another;
  // The only place below from which it can be missing.
  const places = declared
    .endingIn(folded)
    .filter((place) => isBelow(place, around) && place.length > path.length)
    .filter((place) => isMissingFrom(failure.event, place));
  if (places.length !== 1) return another;
  const ofTarget = fieldsOf(failure.contract.jsonSchema, target.path.slice(0, -1)).names;
  const isOfTarget = (other: Candidate) =>
    ofTarget.some((name) => foldedName(wordsOf(name)) === foldedName(other.words.leaf));
  const beside = candidates.filter(
    (other) => other.container === undefined && pointerOf(other.path.slice(0, -1)) === pointerOf(around),
  );
  const together = beside.filter(
    (other) => valueAt(failure.event, [...target.path.slice(0, -1), other.path.at(-1)!]) === undefined,
  );
  if (words.leaf.length < 2 && together.length < 2) return another;
  return beside.every(isOfTarget) ? { score: 0.85, reason: 'the same name, further up' } : another;
}

/** Whether an object's name says which of several values of the same field is in it: `previous`, `max`, `billing`. */
const isQualifier = (word: string): boolean =>
  qualifiers.has(word) ||
  axes.some(
    ({ name, sides }) =>
      (name === 'time of the value' || name === 'bound') && sides.some((side) => side.includes(word)),
  );

/** Whether a declared path has an object to stand in, and does not; in lists nobody looked. */
const isMissingFrom = (event: JsonObject, path: readonly string[]): boolean =>
  path.includes('*') || (isObject(valueAt(event, path.slice(0, -1))) && valueAt(event, path) === undefined);

/** A field `id` of a container that holds other things is the id of those. */
export function isOutOfPlace(
  { failure, own }: Search,
  { container, words }: Candidate,
  target: Target,
): boolean {
  if (container === undefined) return false;
  // What JSON:API puts around the attributes of a record says nothing of it.
  const names = container.names.filter((name) => !isNeutral(name, own) && !ofResource.has(name));
  if (names.length <= 1 || !words.leaf.every((word) => commonplace.has(word))) return false;
  const { names: declaredBeside } = fieldsOf(
    failure.contract.jsonSchema,
    target.pointer.split('/').slice(1, -1),
  );
  const beside = new Set(declaredBeside.map((name) => foldedName(wordsOf(name))));
  const known = names.filter((name) => beside.has(foldedName(wordsOf(name))));
  return known.length * 2 <= names.length;
}

const ofResource: ReadonlySet<string> = new Set(['type', 'links', 'relationships']);
