import { jsonType, sameJson } from '../../../model/json.ts';
import { isBelow } from '../../../model/pointer.ts';
import type { Candidate } from './candidates.ts';
import { isOwnName } from './containers.ts';
import { fieldsOf } from './declared.ts';
import { former, isThing } from './doubts.ts';
import { foldedName, wordsOf } from './names.ts';
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
