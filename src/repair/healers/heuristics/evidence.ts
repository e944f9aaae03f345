import { type JsonObject, isObject } from '../../../model/json.ts';
import { genericPointer, isBelow, pointerOf, segmentsOf, valueAt } from '../../../model/pointer.ts';
import { isDeclared, listedValues, schemasAt, typesOf } from '../../plans/schema-paths.ts';
import { type Candidate, wordsAt } from './candidates.ts';
import { type NameEvidence, another, compareNames, sameName, supports } from './compare.ts';
import { isNeutral, telling, wordsOfPath } from './containers.ts';
import { conventionsOf } from './convention.ts';
import { fieldsOf } from './declared.ts';
import { differInUnit, isPlural } from './name-form.ts';
import { foldedName, tokensOf, vendorMark, wordsOf } from './names.ts';
import type { Search } from './search.ts';
import { isMisspelling } from './spelling.ts';
import { commonplace, general, measures } from './words.ts';

/** A missing path, as words. */
export interface Target {
  /** With the indexes of arrays. */
  path: readonly string[];
  /** With `*` for them. */
  pointer: string;
  /** The innermost element of an array that it lies in; empty for none. */
  element: string;
  words: Candidate['words'];
  /** Whether few values fit there: it has a format or a pattern, or lists them. */
  isDistinctive: boolean;
  isFlag: boolean;
}

/** A field that is named like a missing one. */
export interface NameMatch {
  candidate: Candidate;
  name: NameEvidence;
}

/** Names that hold all words of the target and others besides: they may mean it, or something else. */
export interface Named {
  matches: NameMatch[];
  rivals: Candidate[];
}

export function targetAt({ failure, own }: Search, path: readonly string[]): Target {
  const { event, contract } = failure;
  const pointer = genericPointer(pointerOf(path), event);
  return {
    path,
    pointer,
    element: elementOf(path, event),
    words: wordsAt(path, own),
    isDistinctive: isDistinctive(contract.jsonSchema, path),
    isFlag: isFlag(contract.jsonSchema, path),
  };
}

/** Whether a place takes nothing but true and false. */
export const isFlag = (jsonSchema: JsonObject, path: readonly string[]): boolean => {
  const types = new Set(schemasAt(jsonSchema, path).flatMap(typesOf));
  types.delete('null');
  return types.size === 1 && types.has('boolean');
};

/** Whether few values fit at a place: it has a format or a pattern, or lists them. */
export const isDistinctive = (jsonSchema: JsonObject, path: readonly string[]): boolean =>
  listedValues(jsonSchema, path).length > 0 ||
  schemasAt(jsonSchema, path).some(({ format, pattern }) => format !== undefined || pattern !== undefined);

/** The fields that are named like a missing path, or might be. */
export function namedLike(search: Search, target: Target): Named {
  const { event } = search.failure;
  const named: Named = { matches: [], rivals: [] };
  for (const candidate of search.candidates) {
    const isOneOfMany = candidate.preparation.length > 0 ? '' : elementOf(candidate.path, event);
    // Within an array, only the fields of the same element; from outside, none of its elements.
    if (isOneOfMany !== target.element) continue;
    const name = nameEvidence(search, candidate, target);
    if (name.score >= search.threshold) named.matches.push({ candidate, name });
    else if (target.words.short.every((word) => candidate.words.short.includes(word)))
      named.rivals.push(candidate);
  }
  return named;
}

/** Whether a field is named like the target, or has all words of its name and others besides: it, or something else. */
export function mayMean(search: Search, candidate: Candidate, target: Target): boolean {
  if (nameEvidence(search, candidate, target).score >= supports) return true;
  const { leaf, short } = target.words;
  const has = (words: readonly string[]) =>
    !words.every((word) => general.has(word)) && words.every((word) => candidate.words.short.includes(word));
  return has(leaf) || has(short);
}

/** The innermost element of an array that a path leads through; empty for none. */
function elementOf(path: readonly string[], event: Search['failure']['event']): string {
  const depth = path.findLastIndex(
    (segment, at) => /^\d+$/.test(segment) && Array.isArray(valueAt(event, path.slice(0, at))),
  );
  return depth === -1 ? '' : pointerOf(path.slice(0, depth + 1));
}

/** How well the candidate is named like the target, or one of the contract's aliases for it. */
export function nameEvidence(search: Search, candidate: Candidate, target: Target): NameEvidence {
  const { own } = search;
  const { words } = candidate;
  const folded = foldedName(words.short);
  const isAlias = search.failure.contract.aliases[target.pointer]?.some((alias) => {
    // A field name beside the target, or a path of its own.
    const path = alias.startsWith('/') ? segmentsOf(alias) : [...target.path.slice(0, -1), alias];
    return foldedName(wordsOfPath(path, own)) === folded;
  });
  if (isAlias === true) return { score: 1, reason: 'an alias of the contract' };
  const [found, meant] = [candidate.path.at(-1)!, target.path.at(-1)!];
  if (differInUnit(found, meant)) return { score: 0, reason: 'another unit' };
  if (isPlural(found) !== isPlural(meant) && isCounted(search, candidate, target))
    return { score: 0, reason: 'a plural that counts' };
  if (words.letters === target.words.letters) return { score: 1, reason: 'the same name' };
  const evidence =
    (isPutTogether(search, candidate, target) ? putTogether : undefined) ??
    fromWords(search, candidate, target) ??
    pulledUp(search, candidate, target);
  if (evidence.score === 0) return evidence;
  if (isOtherContainer(search, candidate, target)) return { score: 0, reason: 'another container' };
  if (folded !== foldedName(target.words.short) && isNameOfAnother(search, words.short, target))
    return { score: 0, reason: 'the name of another field' };
  // With a mark that means nothing, as other fields may have another one: no surer than those.
  return vendorMark.test(found) && !vendorMark.test(meant) && !conventionsOf(search).has(candidate)
    ? { ...evidence, score: Math.min(evidence.score, 0.9) }
    : evidence;
}

/**
 * Where the contract itself has a container that says nothing, `data`, a field in another one of the kind, `information`, may
 * be of another record.
 */
function isOtherContainer({ own }: Search, { path, container }: Candidate, target: Target): boolean {
  if (container === undefined) return false;
  const neutralOf = (segments: readonly string[]) =>
    segments.filter((segment) => isNeutral(segment, own)).map((segment) => foldedName(wordsOf(segment)));
  const theirs = neutralOf(path.slice(container.outermost - 1, -1));
  const ours = neutralOf(target.path.slice(0, -1));
  return theirs.length > 0 && ours.length > 0 && !theirs.some((name) => ours.includes(name));
}

const putTogether: NameEvidence = {
  score: 0.9,
  reason: 'the same name, put together with a field beside it',
};

/** The `currency` in `amount: {value, currency}`, where the contract has both side by side. */
function isPutTogether({ failure }: Search, { path, words }: Candidate, target: Target): boolean {
  const around = path.slice(0, -1);
  const { jsonSchema } = failure.contract;
  return (
    path.length === target.path.length + 1 &&
    target.path.slice(0, -1).every((segment, at) => segment === path[at]) &&
    foldedName(words.leaf) === foldedName(target.words.leaf) &&
    isDeclared(jsonSchema, around) &&
    schemasAt(jsonSchema, around).every((schema) => !typesOf(schema).includes('object'))
  );
}

/** From the names alone, those of the other fields included; undefined for none. */
function fromWords(search: Search, candidate: Candidate, target: Target): NameEvidence | undefined {
  const { words } = candidate;
  const convention = conventionsOf(search).get(candidate);
  if (convention !== undefined && pointerOf(convention.path) === pointerOf(target.path))
    return { score: sameName, reason: convention.reason };
  if (isJoined(candidate, target)) return { score: 0.9, reason: 'the same path' };
  const { own, isOfAct } = search;
  const context = { own, isOfAct, isDistinctive: target.isDistinctive, isFlag: target.isFlag };
  const full = compareNames(words.full, target.words.full, context);
  const short = compareNames(words.short, target.words.short, context);
  const best = full.score > short.score ? full : short;
  if (best.score === 0) {
    const slip = misspelt(candidate, target, search);
    return slip ?? (best === another ? undefined : best);
  }
  // `balanceAccount.id` is the `balanceAccountId`, whatever else is in there; `customer.id` is no `id`.
  const isOfTarget = words.full.every((word) => target.words.full.includes(word));
  if (full.score === 1 || (full.score > 0 && isOfTarget)) return full;
  return isOutOfPlace(search, candidate, target)
    ? { score: 0, reason: 'a common name, within something of its own' }
    : best;
}

/** What ends an object's name begins the field's, and is said once: `parking_lot.lot_number` for `parking_lot_number`. */
function isJoined({ path, words: { leaf, full } }: Candidate, target: Target): boolean {
  const around = full.slice(0, -leaf.length);
  return (
    path.length > target.path.length &&
    around.at(-1) === leaf[0] &&
    foldedName([...around, ...leaf.slice(1)]) === foldedName(target.words.full)
  );
}

/** The same words, one of them with a slip of the keys, in the same place. */
function misspelt(candidate: Candidate, target: Target, { own }: Search): NameEvidence | undefined {
  const spelled = (name: string) => tokensOf(name).map((token) => token.toLowerCase());
  const [found, meant] = [spelled(candidate.path.at(-1)!), spelled(target.path.at(-1)!)];
  if (found.length !== meant.length) return undefined;
  const wrong = meant.flatMap((right, at) =>
    foldedName(wordsOf(found[at]!)) === foldedName(wordsOf(right)) ? [] : [{ right, typed: found[at]! }],
  );
  const [only, ...others] = wrong;
  if (only === undefined || others.length > 0) return undefined;
  if (!isMisspelling(only.typed, only.right, meant.join('').length)) return undefined;
  const place = (path: readonly string[]) => foldedName(telling(path, own).slice(0, -1).flatMap(wordsOf));
  if (place(candidate.path) !== place(target.path)) return undefined;
  return { score: 0.8, reason: `"${only.typed}" is "${only.right}" misspelt` };
}

/** A number, or what is to be one: `hours: 14` counts hours, and is not the `hour`. */
function isCounted({ failure }: Search, { value, words }: Candidate, { path }: Target): boolean {
  const one = Array.isArray(value) && value.length === 1 && !wantsList(failure, path) ? value[0]! : value;
  if (typeof one === 'string' && /[,;|]/.test(one)) return true;
  const isNumber =
    typeof one === 'number' || (typeof one === 'string' && /^[-+]?\d+(\.\d+)?$/.test(one.trim()));
  // A whole number may count anything; a fraction may still be an amount.
  return isNumber && (Number.isInteger(Number(one)) || !measures.has(words.leaf.at(-1) ?? ''));
}

const wantsList = ({ contract }: Search['failure'], path: readonly string[]): boolean =>
  schemasAt(contract.jsonSchema, path).some((schema) => typesOf(schema).includes('array'));

/**
 * The very same name in an object around the target's place, when the contract has one field of this name only, and
 * nothing beside it that may be what it belongs to: a `city` beside an `ip` is not that of the address.
 */
function pulledUp(
  { declared, candidates, failure }: Search,
  candidate: Candidate,
  target: Target,
): NameEvidence {
  const { path, words, container } = candidate;
  const folded = foldedName(words.leaf);
  if (folded !== foldedName(target.words.leaf) || words.leaf.every((word) => commonplace.has(word)))
    return another;
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
  return beside.every(isOfTarget) ? { score: 0.85, reason: 'the same name, further up' } : another;
}

/** Whether a declared path has an object to stand in, and does not; in lists nobody looked. */
const isMissingFrom = (event: JsonObject, path: readonly string[]): boolean =>
  path.includes('*') || (isObject(valueAt(event, path.slice(0, -1))) && valueAt(event, path) === undefined);

/** A field `id` of a container that holds other things is the id of those. */
function isOutOfPlace({ failure, own }: Search, { container, words }: Candidate, target: Target): boolean {
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

/** Whether the contract has a field elsewhere that is called just so. */
function isNameOfAnother(search: Search, words: readonly string[], target: Target): boolean {
  const folded = foldedName(words);
  let known = alike.get(search);
  if (known === undefined) alike.set(search, (known = new Map()));
  const pointers = known.get(folded) ?? pointersReading(search, words);
  known.set(folded, pointers);
  return pointers.some((pointer) => pointer !== target.pointer);
}

const alike = new WeakMap<Search, Map<string, readonly string[]>>();

function pointersReading({ declared, own }: Search, words: readonly string[]): string[] {
  const folded = foldedName(words);
  return words.flatMap((_, start) =>
    declared
      .endingIn(foldedName(words.slice(start)))
      .filter((path) => foldedName(wordsOfPath(path, own)) === folded)
      .map(pointerOf),
  );
}
