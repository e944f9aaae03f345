import { isObject, jsonType, sameJson } from '../../../model/json.ts';
import { isBelow, pointerOf, valueAt } from '../../../model/pointer.ts';
import type { Candidate } from './candidates.ts';
import { isNeutral, isOwnName } from './containers.ts';
import { fieldsOf } from './declared.ts';
import { former, isThing } from './doubts.ts';
import { foldedName, lettersOf, wordsOf } from './names.ts';
import type { Search } from './search.ts';
import type { Target } from './target.ts';
import { commonplace } from './words.ts';

/** The `currency` in `amount: {value, currency}` is the one that the contract has beside the amount, and not the amount. */
export const isPartBeside = (
  { failure }: Search,
  { path, words }: Candidate,
  target: readonly string[],
): boolean =>
  path.length === target.length + 1 &&
  isBelow(path, target) &&
  fieldsOf(failure.contract.jsonSchema, target.slice(0, -1)).names.some(
    (name) => name !== target.at(-1) && foldedName(wordsOf(name)) === foldedName(words.leaf),
  );

/**
 * Around the target's object, the contract's very key for it with another value: the field may have been moved up, when the
 * contract has no other field of this name.
 */
export function higherUp(
  { candidates, declared }: Search,
  { value, container }: Candidate,
  { path, words }: Target,
): Candidate | undefined {
  if (container !== undefined || declared.endingIn(foldedName(words.leaf)).length > 1) return undefined;
  return candidates.find(
    (other) =>
      other.container === undefined &&
      other.path.length < path.length &&
      other.path.at(-1) === path.at(-1) &&
      isBelow(path, other.path.slice(0, -1)) &&
      !sameJson(other.value, value),
  );
}

/**
 * Another field beside the candidate, which the event has under its own name as well, with another value: then what is
 * spelled so, or stands in that container, is about something else, and which of the two the record is nobody can tell.
 */
export function contradicting(
  { candidates, failure, own }: Search,
  { container, path }: Candidate,
  target: readonly string[],
): string | undefined {
  const depth = container === undefined ? path.length - 1 : container.outermost - 1;
  if (!path.slice(depth, -1).every((name) => isNeutral(name, own))) return undefined;
  const around = target.slice(0, -1);
  if (container === undefined && pointerOf(around) !== pointerOf(path.slice(0, -1))) return undefined;
  const { names } = fieldsOf(failure.contract.jsonSchema, around);
  const named = new Map(names.map((name) => [lettersOf(name), name]));
  return candidates.find((other) => {
    const isBeside =
      other.path.length === path.length &&
      other.path.slice(0, -1).every((segment, at) => segment === path[at]);
    const name = isBeside ? named.get(lettersOf(other.path.at(-1)!)) : undefined;
    const outside = name === undefined ? undefined : valueAt(failure.event, [...around, name]);
    return outside !== undefined && outside !== null && !isObject(outside) && !sameJson(outside, other.value);
  })?.pointer;
}

/** Two fields of one sort side by side are two candidates, even if the value of one is broken. */
export const isLike =
  (one: Candidate) =>
  ({ path, value }: Candidate): boolean =>
    jsonType(value) === jsonType(one.value) &&
    path.slice(0, -1).join('/') === one.path.slice(0, -1).join('/');

/** The same name in a container beside: which of the two containers is meant, the name does not tell. */
export const isTwinOf =
  ({ own }: Search, one: Candidate) =>
  ({ path, words }: Candidate): boolean =>
    one.container !== undefined &&
    path.length === one.path.length &&
    foldedName(words.leaf) === foldedName(one.words.leaf) &&
    !former.test(path.at(-2)!) &&
    // What is called as the contract is the record; the id of a thing beside it is that of the thing.
    !(words.leaf[0] === 'id' && isOwnName(one.path.at(-2)!, own) && isThing(path.at(-2)!, own)) &&
    path.slice(0, -2).join('/') === one.path.slice(0, -2).join('/');

/**
 * Elsewhere, an object and its field together read as the name (`http.method` beside `HTTPMETHOD`), or the field has the
 * contract's very key (`profile.amount` beside `Amount`).
 */
export const readsSo = ({ path, words: { full } }: Candidate, { path: meant, words }: Target): boolean =>
  path.length > meant.length &&
  (words.leaf.length > 1 || path.at(-1) === meant.at(-1)) &&
  !words.leaf.every((word) => commonplace.has(word)) &&
  foldedName(full.slice(-words.leaf.length)) === foldedName(words.leaf);
