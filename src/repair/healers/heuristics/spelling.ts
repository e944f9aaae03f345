import { abbreviations } from './abbreviations.ts';
import { isEnglish, isWordSequence } from './dictionary.ts';

/**
 * Whether a word is another one misspelt: two neighbouring letters swapped, one too many or too few, or a wrong one, between
 * the same first and last letter. Whatever is a word itself, or a customary abbreviation, is no slip of the keys: `tracing`
 * is not `tracking`. The shorter the name of which the word is a part, the less a slip tells.
 */
export function isMisspelling(found: string, meant: string, nameLength = meant.length): boolean {
  const shortest = Math.min(found.length, meant.length);
  if (shortest < 4 || found === meant || /[^a-z]/.test(found + meant)) return false;
  const isSwapped = found.length === meant.length && isSwap(found, meant);
  if (found[0] !== meant[0] || (found.at(-1) !== meant.at(-1) && !isSwapped)) return false;
  const isInLong = nameLength >= 7;
  if (found.length === meant.length) {
    const isTold = isSwapped
      ? shortest >= 5 || isInLong
      : isSubstitution(found, meant) && (shortest >= 7 || (shortest >= 5 && isInLong));
    if (!isTold) return false;
  } else {
    const [longer, shorter] = found.length > meant.length ? [found, meant] : [meant, found];
    if (longer.length !== shorter.length + 1 || !isWithout(longer, shorter)) return false;
    if (shortest < 5 && !isInLong) return false;
  }
  if (isEnglish(found) || abbreviations.has(found)) return false;
  return isEnglish(meant) || !isWordSequence(found);
}

function isSwap(a: string, b: string): boolean {
  const at = differsAt(a, b);
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}

function isSubstitution(a: string, b: string): boolean {
  const at = differsAt(a, b);
  return a.slice(at + 1) === b.slice(at + 1);
}

function isWithout(longer: string, shorter: string): boolean {
  const at = differsAt(longer, shorter);
  return longer.slice(at + 1) === shorter.slice(at);
}

function differsAt(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

/** Whether two words are one in British and American spelling, and can't be two: `cancelled`, `enrolment`. */
export const isSpellingVariant = (a: string, b: string): boolean => a !== b && oneL(a) === oneL(b);

/** The same of words that may be two as well: `metre` and `meter`, `licence` and `license`, `favourite` and `favorite`. */
export const mayBeSpellingVariant = (a: string, b: string): boolean => a !== b && american(a) === american(b);

const oneL = (word: string): string =>
  word.length < 6
    ? word
    : word.replace(/^(.{4,})ll(ed|ing|er)$/, '$1l$2').replace(/^(.{3,}[^l])ll?(ment|ful)$/, '$1l$2');

const american = (word: string): string =>
  word.length < 6
    ? word
    : word
        .replace(/^(.{4,})ll(ed|ing|er)$/, '$1l$2')
        .replace(/^(.{3,}[^l])ll?(ment|ful)$/, '$1l$2')
        .replace(/^(.{3,})our(ed|ing|ite|ful)?$/, '$1or$2')
        .replace(/^(.{4,})is(e|ed|ing|er|ation)$/, '$1iz$2')
        .replace(/^(.{3,})tre$/, '$1ter')
        .replace(/^(.{3,})ence$/, '$1ense');

/** Whether one word is the other without its vowels (`cstmr`, `msg`) or its end: no word of a language is written so. */
export function isAbbreviation(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length < 3 || short.length === long.length || /\d/.test(short)) return false;
  // Cut off: `recip`, `subscr`. What is a word itself says something else.
  if (short.length >= 5 && long.length >= short.length + 2 && long.startsWith(short))
    return !isEnglish(short);
  if (/[aeiou]/.test(short.slice(1))) return false;
  const consonants = long[0] + long.slice(1).replace(/[aeiou]/g, '');
  // `tgs` is too short to be known as a plural.
  return [consonants, `${consonants}s`, consonants.replace(/(.)\1/g, '$1')].includes(short);
}
