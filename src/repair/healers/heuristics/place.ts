import { isBelow } from '../../../model/pointer.ts';
import { isDeclared, schemasAt, typesOf } from '../../plans/schema-paths.ts';
import type { Candidate } from './candidates.ts';
import { type NameContext, type NameEvidence, compareNames } from './compare.ts';
import { isNeutral, isValueName, places, telling } from './containers.ts';
import { fieldsOf } from './declared.ts';
import { isPlural } from './name-form.ts';
import { foldedName, lettersOf, tokensOf, wordsOf } from './names.ts';
import type { Search } from './search.ts';
import type { Target } from './target.ts';
import { commonplace } from './words.ts';

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

/** `Email: {value: "x"}` and `Items: {Item: […]}`: in an object of its name, which holds nothing else. */
export function isAloneInside(search: Search, { path, container }: Candidate, target: Target): boolean {
  const { failure, own } = search;
  const [name, leaf] = [path.at(-2), path.at(-1)!];
  if (name === undefined || container === undefined || container.names.length !== 1) return false;
  const types = schemasAt(failure.contract.jsonSchema, target.path).flatMap(typesOf);
  const isElement =
    types.includes('array') && isPlural(name) && foldedName(wordsOf(name)) === foldedName(wordsOf(leaf));
  if (types.includes('object') || !(isElement || isValueName(leaf))) return false;
  const read = (of: readonly string[]) => telling(of, own).map(lettersOf).join('/');
  return read(path.slice(0, -1)) === read(target.path);
}

/** `location: {lat, lon}`, where the contract has both side by side, and all that is in there. */
export function isOfPlace(
  { failure }: Search,
  { path, container, words }: Candidate,
  target: Target,
): boolean {
  const name = path.at(-2);
  if (container === undefined || container.names.length < 2 || path.length !== target.path.length + 1)
    return false;
  if (!wordsOf(name!).every((word) => places.has(word))) return false;
  const around = target.path.slice(0, -1);
  if (!around.every((segment, at) => segment === path[at])) return false;
  const declared = new Set(
    fieldsOf(failure.contract.jsonSchema, around).names.map((field) => foldedName(wordsOf(field))),
  );
  return (
    foldedName(words.leaf) === foldedName(target.words.leaf) &&
    !words.leaf.every((word) => commonplace.has(word)) &&
    container.names.every((field) => declared.has(foldedName(wordsOf(field))))
  );
}

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

/** The `amount` within `payments` is that of all of them, or one of several, and not the `payment_amount`. */
export function isOfMany({ own }: Search, { path, container }: Candidate, target: Target): boolean {
  if (container === undefined) return false;
  const meant = target.path.flatMap(tokensOf).map((token) => token.toLowerCase());
  return telling(path.slice(container.outermost - 1), own)
    .slice(0, -1)
    .some((name) => isPlural(name) && !meant.includes(tokensOf(name).at(-1)!.toLowerCase()));
}
