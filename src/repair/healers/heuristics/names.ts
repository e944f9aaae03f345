import { abbreviations } from './abbreviations.ts';
import { isAbbreviation, isMisspelling } from './spelling.ts';
import { filler, general, personal, persons, qualifiers, redundantBeside, wrappers } from './words.ts';

export interface NameEvidence {
  /** 0 (none) to 1 (the same name). */
  score: number;
  reason: string;
}

/** From here on, a name is the very same but for its spelling and its place. */
export const sameName = 0.95;

const known = new Map<string, readonly string[]>();
const maxKnown = 20_000;

/** The words of a field name, folded: case, separators, diacritics, plural, common abbreviations. */
export function wordsOf(name: string): readonly string[] {
  const before = known.get(name);
  if (before !== undefined) return before;
  if (known.size >= maxKnown) known.clear();
  const words = readWords(name);
  known.set(name, words);
  return words;
}

function readWords(name: string): string[] {
  const words = name
    .slice(0, 128)
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return joinSplitWords(words).flatMap(
    (word) =>
      abbreviations.get(word)?.split(' ') ?? abbreviations.get(singular(word))?.split(' ') ?? singular(word),
  );
}

/** The words of a path, without the indexes of arrays and the containers that only hold the event. */
export function wordsOfPath(path: readonly string[], entity: ReadonlySet<string>): string[] {
  return path.flatMap((segment, at) => {
    if (/^(\d+|\*)$/.test(segment)) return [];
    const words = wordsOf(segment);
    const isWrapper = at < path.length - 1 && words.every((word) => wrappers.has(word) || entity.has(word));
    return isWrapper ? [] : words;
  });
}

/** `e-mail`, `eMail`, `e_mail` are one word. */
function joinSplitWords(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    if (word === 'mail' && joined.at(-1) === 'e') joined[joined.length - 1] = 'email';
    else joined.push(word);
  }
  return joined;
}

function singular(word: string): string {
  if (word === 'ids') return 'id';
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 5 && /(ss|x|ch|sh|us)es$/.test(word)) return word.slice(0, -2);
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss') && !word.endsWith('us'))
    return word.slice(0, -1);
  return word;
}

/** All letters and digits of a name, whichever words they make. */
export const lettersOf = (name: string): string =>
  name
    .slice(0, 128)
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '');

/** Equal for two spellings of one name, with or without separators. */
export const foldedName = (words: readonly string[]): string => words.join('');

/**
 * How well a field of the event names a field of the contract, both as words. `entity` holds the words of the contract's
 * own name (and those that most names of the event begin with): they add no meaning.
 */
export function compareNames(
  source: readonly string[],
  target: readonly string[],
  entity: ReadonlySet<string>,
): NameEvidence {
  if (foldedName(source) === foldedName(target)) return { score: 1, reason: 'the same name' };
  const shared = source.filter((word) => target.includes(word));
  if (source.length === target.length && shared.length < source.length)
    return compareSpelling(source, target);
  const onlySource = source.filter((word) => !target.includes(word));
  const onlyTarget = target.filter((word) => !source.includes(word));
  const addsNothing = (word: string) =>
    filler.has(word) ||
    (entity.has(word) && !qualifiers.has(word)) ||
    (persons.has(word) && shared.some((beside) => personal.has(beside))) ||
    shared.some((beside) => redundantBeside.get(beside)?.includes(word) === true);

  // `last_name_field` is a last name; `field_name` is none.
  const isPlain =
    target.length > 1 && onlyTarget.length === 0 && onlySource.every((word) => filler.has(word));
  if (!isPlain && shared.every((word) => general.has(word)))
    return { score: 0, reason: 'too general a name' };
  // In another order, or one of them twice.
  if (onlySource.length === 0 && onlyTarget.length === 0) return { score: 0.9, reason: 'the same words' };
  if (onlyTarget.length === 0 && onlySource.every(addsNothing))
    return { score: 0.9, reason: `the same name but for "${onlySource.join(' ')}"` };
  if (onlySource.length === 0 && onlyTarget.every(addsNothing))
    return { score: 0.85, reason: `the same name without "${onlyTarget.join(' ')}"` };
  return { score: 0, reason: 'another name' };
}

/** Word by word: the same, an abbreviation, or, once, a slip of the keys. */
function compareSpelling(source: readonly string[], target: readonly string[]): NameEvidence {
  const reasons: string[] = [];
  let score = 1;
  for (const [at, meant] of target.entries()) {
    const found = source[at]!;
    if (found === meant) continue;
    if (isAbbreviation(found, meant)) {
      score = Math.min(score, 0.85);
      reasons.push(`"${found}" is short for "${meant}"`);
    } else if (score > 0.8 && isMisspelling(found, meant)) {
      score = 0.8;
      reasons.push(`"${found}" is "${meant}" misspelt`);
    } else return { score: 0, reason: 'another name' };
  }
  return { score, reason: reasons.join(', ') };
}

/** Words that most names of an event begin with (`tx_amount`, `tx_currency`, …) and that so tell nothing apart. */
export function sharedPrefixes(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) {
    const words = wordsOf(name);
    const first = words[0];
    if (first === undefined || words.length === 1) continue;
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  return [...counts]
    .filter(([word, count]) => count >= 3 && count * 2 >= names.length && !persons.has(word))
    .map(([word]) => word);
}
