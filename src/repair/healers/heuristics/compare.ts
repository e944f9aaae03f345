import { foldedName } from './names.ts';
import type { OwnNames } from './containers.ts';
import { isAbbreviation, isSpellingVariant, mayBeSpellingVariant } from './spelling.ts';
import {
  fieldMarks,
  general,
  isParticiple,
  looseMarks,
  measures,
  moments,
  particles,
  personal,
  persons,
  qualifiers,
  redundantBeside,
} from './words.ts';

export interface NameEvidence {
  /** 0 (none) to 1 (the same name). */
  score: number;
  reason: string;
}

/** From here on, a name is the very same but for its spelling and its place. */
export const sameName = 0.95;

/** Too little to take a field for another, and too much to leave it behind. */
export const supports = 0.5;

export const another: NameEvidence = { score: 0, reason: 'another name' };

export interface NameContext {
  own: OwnNames;
  /** Whether the contract is about something that people do: its user is the one who did it. */
  isOfAct: boolean;
  /** Whether few values are ones of the target: it has a format, a pattern, or lists them. */
  isDistinctive: boolean;
  /** Whether the target is true or false. */
  isFlag: boolean;
}

/**
 * How well a field of the event names a field of the contract, both as words. A word that one of them has besides is
 * passed over only when it is known to be empty beside the others.
 */
export function compareNames(
  source: readonly string[],
  target: readonly string[],
  context: NameContext,
): NameEvidence {
  if (foldedName(source) === foldedName(target)) return { score: 1, reason: 'the same name' };
  if (saysNone(source) !== saysNone(target)) return another;
  const withOwn = compareWithOwn(source, target, context.own);
  if (withOwn !== undefined) return withOwn;
  const [from, to] = withoutMoments(inUsualForm(source), inUsualForm(target));
  if (from.length === to.length && from.some((word) => !to.includes(word))) return compareSpelling(from, to);
  const onlySource = from.filter((word) => !to.includes(word));
  const onlyTarget = to.filter((word) => !from.includes(word));
  if (onlySource.length > 0 && onlyTarget.length > 0) return another;
  const shared = from.filter((word) => to.includes(word));

  const [longer, shorter] = onlyTarget.length === 0 ? [from, to] : [to, from];
  const extra = onlyTarget.length === 0 ? onlySource : onlyTarget;
  // `last_name_field` is a last name; `field_name` is none.
  const isMarked =
    shorter.length > 1 &&
    extra.length > 0 &&
    extra.every((word) => particles.has(word) || fieldMarks.has(word));
  // Only the end of a name says what it is; `first` and `last` say which, wherever they stand.
  const isTurned = extra.length === 0 && from.length === to.length && from.some((word) => ordinals.has(word));
  if (!isMarked && !isTurned && shared.every((word) => general.has(word)))
    return { score: 0, reason: 'too general a name' };
  // Words twice are words more: what its object is called, in part, or a unit of the same.
  if (extra.length === 0 && from.length > to.length)
    return { score: supports, reason: 'the same words, some of them twice' };
  if (extra.length === 0) return { score: 0.9, reason: 'the same words' };
  if (!extra.every((word) => isEmptyIn(word, longer, shorter, context))) return another;
  return onlyTarget.length === 0
    ? { score: 0.9, reason: `the same name but for "${extra.join(' ')}"` }
    : { score: 0.85, reason: `the same name without "${extra.join(' ')}"` };
}

/** `no_claims` counts those that were not made, or says that there are none; a `claim_no` is called by it. */
const saysNone = (words: readonly string[]): boolean => words.length > 1 && words[0] === 'no';

const ordinals: ReadonlySet<string> = new Set(['first', 'last']);

/** Whether a word is known to add nothing to the others of its name. */
function isEmptyIn(
  word: string,
  longer: readonly string[],
  shorter: readonly string[],
  { isOfAct, isDistinctive, isFlag }: NameContext,
): boolean {
  if (particles.has(word)) return true;
  // Of what is true or false: `is_paid`, `paid_flag`.
  if (isFlag && (word === 'is' || (word === 'flag' && longer.at(-1) === word))) return true;
  if (shorter.some((beside) => redundantBeside.get(beside)?.includes(word) === true)) return true;
  if (persons.has(word)) return isOfAct && shorter.some((beside) => personal.has(beside));
  const isLast = longer.at(-1) === word && foldedName(longer.slice(0, -1)) === foldedName(shorter);
  if (isLast && looseMarks.has(word)) return isDistinctive;
  if (!isLast || !fieldMarks.has(word)) return false;
  return shorter.length > 1 || isDistinctive || (word === 'value' && measures.has(shorter.at(-1)!));
}

/**
 * The whole name of the contract before the exact name of a field: `tax_rate_display_name` of a `tax_rate`. A single word
 * proves nothing (`loan_amount` of a `loan_payment`), and neither does a word that is often the kind of what follows
 * (`sale_price`, `unit_price`, `item_count`).
 */
function compareWithOwn(
  source: readonly string[],
  target: readonly string[],
  own: OwnNames,
): NameEvidence | undefined {
  for (const name of own) {
    const isBefore = (longer: readonly string[], rest: readonly string[]) =>
      rest.length > 0 && foldedName(longer) === foldedName([...name, ...rest]) && !makesKind(name, rest);
    // A single word is often another field's: `order_total` beside the total of an order.
    if (name.length === 1 && isBefore(source, target))
      return { score: supports, reason: 'the same name after a word of the contract' };
    if (isBefore(source, target))
      return { score: 0.9, reason: `the same name after the contract's own, "${name.join(' ')}"` };
    if (isBefore(target, source) && !source.every((word) => general.has(word)))
      return { score: 0.85, reason: `the same name without the contract's own, "${name.join(' ')}"` };
  }
  return undefined;
}

const kindsBefore: ReadonlySet<string> = new Set(['price', 'cost', 'rate', 'count']);

export const makesKind = (name: readonly string[], rest: readonly string[]): boolean =>
  name.length === 1 && (qualifiers.has(name[0]!) || kindsBefore.has(rest[0]!));

/** What has happened to each record that is there, as a verb or a noun. */
const happened: ReadonlyMap<string, string> = new Map([
  ['create', 'created'],
  ['creation', 'created'],
  ['update', 'updated'],
  ['modify', 'modified'],
  ['modification', 'modified'],
]);

/** Which of a person's names it is, however it is said. */
const ordinalOf: ReadonlyMap<string, string> = new Map([
  ['given', 'first'],
  ['family', 'last'],
]);
const partsOfNames: ReadonlyMap<string, readonly string[]> = new Map([
  ['forename', ['first', 'name']],
  ['surname', ['last', 'name']],
]);

/** `create_time` and `creation_date` as `created_at`, `number_of_items` as `item_count`, `given_name` as `first_name`. */
export function inUsualForm(words: readonly string[]): readonly string[] {
  const [first, ...rest] = words.filter((word) => word !== 'of');
  if (first === 'number' && rest.length > 0) return [...rest, 'count'];
  if (words.some((word) => moments.has(word))) return words.map((word) => happened.get(word) ?? word);
  return words.flatMap(
    (word, at) => partsOfNames.get(word) ?? (words[at + 1] === 'name' ? (ordinalOf.get(word) ?? word) : word),
  );
}

/** Of what happened, its words for a time tell nothing: `created_date` and `created_at` are compared as `created`. */
function withoutMoments(
  source: readonly string[],
  target: readonly string[],
): [readonly string[], readonly string[]] {
  const isPast = source.some((word) => isParticiple(word) && target.includes(word));
  const strip = (words: readonly string[]) => words.filter((word) => !moments.has(word));
  return isPast ? [strip(source), strip(target)] : [source, target];
}

/** Word by word: the same, another spelling, or an abbreviation. */
function compareSpelling(source: readonly string[], target: readonly string[]): NameEvidence {
  const reasons: string[] = [];
  let [doubtful, variants] = [0, 0];
  for (const [at, meant] of target.entries()) {
    const found = source[at]!;
    if (found === meant) continue;
    if (isSpellingVariant(found, meant)) {
      reasons.push(`"${found}" is "${meant}"`);
      variants++;
    } else if (mayBeSpellingVariant(found, meant)) {
      reasons.push(`"${found}" may be "${meant}"`);
      doubtful++;
    } else if (isAbbreviation(found, meant)) reasons.push(`"${found}" is short for "${meant}"`);
    else return another;
  }
  // One may be another word; two in one name are a way of spelling.
  return { score: doubtful === 1 && variants === 0 ? supports : 0.85, reason: reasons.join(', ') };
}
