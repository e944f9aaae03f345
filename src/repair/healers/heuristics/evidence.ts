import { isBelow, pointerOf, segmentsOf } from '../../../model/pointer.ts';
import { schemasAt, typesOf } from '../../plans/schema-paths.ts';
import type { Candidate } from './candidates.ts';
import { type NameEvidence, another, compareNames, makesKind, sameName, supports } from './compare.ts';
import { isNeutral, telling, wordsOfPath } from './containers.ts';
import { conventionsOf } from './convention.ts';
import { differInUnit, isCountOf, isOneWord, isPlural } from './name-form.ts';
import { foldedName, vendorMark, wordsOf } from './names.ts';
import {
  contextFor,
  inside,
  isAloneInside,
  isOfMany,
  isOfPlace,
  isInside,
  isOtherContainer,
  isOutOfPlace,
  isPutTogether,
  putTogether,
} from './place.ts';
import type { Search } from './search.ts';
import { differingWord, isMisspelling } from './spelling.ts';
import { type Target, elementOf } from './target.ts';
import { general, measures } from './words.ts';

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
  if (isCountOf(found, meant)) return { score: 0, reason: 'how many there are' };
  if (isOfMany(search, candidate, target)) return { score: 0, reason: 'within several of them' };
  if (words.letters === target.words.letters) return { score: 1, reason: 'the same name' };
  const evidence =
    (isPutTogether(search, candidate, target) ? putTogether : undefined) ??
    (isInside(search, candidate, target) ? inside : undefined) ??
    (isAloneInside(search, candidate, target) ? { ...inside, score: sameName } : undefined) ??
    fromWords(search, candidate, target) ??
    another;
  if (evidence.score === 0) return evidence;
  if (isOtherContainer(search, candidate, target)) return { score: 0, reason: 'another container' };
  if (folded !== foldedName(target.words.short) && isNameOfAnother(search, words.short, target))
    return { score: 0, reason: 'the name of another field' };
  // With a mark that means nothing, as other fields may have another one: no surer than those.
  return vendorMark.test(found) && !vendorMark.test(meant) && !conventionsOf(search).has(candidate)
    ? { ...evidence, score: Math.min(evidence.score, 0.9) }
    : evidence;
}

/** From the names alone, those of the other fields included; undefined for none. */
function fromWords(search: Search, candidate: Candidate, target: Target): NameEvidence | undefined {
  const { words } = candidate;
  const convention = conventionsOf(search).get(candidate);
  if (convention !== undefined && pointerOf(convention.path) === pointerOf(target.path))
    return { score: sameName, reason: convention.reason };
  if (isOfPlace(search, candidate, target)) return { score: 0.9, reason: 'the same name, in its place' };
  if (isJoined(candidate, target)) return { score: 0.9, reason: 'the same path' };
  if (isCalledAfterObject(search, candidate, target))
    return { score: 0.9, reason: 'the same name after that of its object' };
  if (isWordOfItsOwn(candidate, target) || isWordOfItsOwn(target, candidate))
    return { score: supports, reason: 'a word of its own' };
  const context = contextFor(search, target);
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

/** `company.company_name` is the `company.name`; a `sale.sale_price` is another price. */
function isCalledAfterObject({ own }: Search, { path, words: { leaf } }: Candidate, target: Target): boolean {
  const around = target.path.slice(0, -1);
  const object = around.at(-1);
  if (object === undefined || isNeutral(object, own)) return false;
  if (path.length !== target.path.length || !isBelow(path, around)) return false;
  const name = wordsOf(object);
  return (
    !makesKind(name, target.words.leaf) && foldedName(leaf) === foldedName([...name, ...target.words.leaf])
  );
}

/** A `username` may be a thing of its own, and may be the name of the user. */
const isWordOfItsOwn = (one: Pick<Candidate, 'words'>, { words }: Pick<Candidate, 'words'>): boolean =>
  isOneWord(one.words.leaf) &&
  words.short.length > 1 &&
  foldedName(one.words.leaf) === foldedName(words.short) &&
  words.leaf.length < words.short.length;

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
  const only = differingWord(candidate.path.at(-1)!, target.path.at(-1)!);
  if (only === undefined || !isMisspelling(only.typed, only.right, only.nameLength)) return undefined;
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
