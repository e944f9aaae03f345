import { abbreviations } from './abbreviations.ts';
import { isEnglish, isInUse, isWordSequence, wordsWithoutVowels } from './dictionary.ts';
import { foldedName, tokensOf, wordsOf } from './names.ts';

/**
 * Whether a word is another one misspelt: two neighbouring letters swapped, one too many or too few, or a wrong one, between
 * the same first and last letter. Whatever is a word itself, or a customary abbreviation, is no slip of the keys: `tracing`
 * is not `tracking`. The shorter the name of which the word is a part, the less a slip tells.
 */
export function isMisspelling(found: string, meant: string, nameLength = meant.length): boolean {
  const slip = slipBetween(found, meant);
  const shortest = Math.min(found.length, meant.length);
  if (slip === undefined || shortest < 4 || found[0] !== meant[0]) return false;
  if (found.at(-1) !== meant.at(-1) && slip !== 'swapped') return false;
  const isInLong = nameLength >= 7;
  const isTold =
    slip === 'replaced'
      ? shortest >= 7 || (shortest >= 5 && isInLong)
      : shortest >= 5 || isInLong || (slip === 'swapped' && nameLength >= 6);
  return isTold && isKnown(meant) && isNoWord(found, meant) && !mayBeOtherWord(found, meant, slip);
}

/** The same where it proves nothing, and is only to be ruled out: also in a short name, and at the end of a word. */
export function mayBeMisspelling(found: string, meant: string, nameLength = meant.length): boolean {
  const slip = slipBetween(found, meant);
  const shortest = Math.min(found.length, meant.length);
  if (slip === undefined || Math.max(found.length, meant.length) < 4 || found[0] !== meant[0]) return false;
  return (
    (slip === 'swapped' || shortest >= 5 || (shortest >= 3 && nameLength >= 7)) && isNoWord(found, meant)
  );
}

const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');

/** Whether the same slip makes it of another word as well: `trck` of a truck. */
function mayBeOtherWord(found: string, meant: string, slip: 'swapped' | 'replaced' | 'left out'): boolean {
  if (slip === 'swapped' || found.length > meant.length) return false;
  const inner = Array.from(found, (_, at) => at).slice(1, slip === 'replaced' ? -1 : undefined);
  return inner.some((at) => {
    const rest = found.slice(slip === 'replaced' ? at + 1 : at);
    return letters.some((letter) => {
      const word = found.slice(0, at) + letter + rest;
      return word !== meant && isInUse(word);
    });
  });
}

/** The one word in which two names of as many words differ. */
export function differingWord(
  found: string,
  meant: string,
): { typed: string; right: string; nameLength: number } | undefined {
  const spelled = (name: string) => tokensOf(name).map((token) => token.toLowerCase());
  const [mine, theirs] = [spelled(found), spelled(meant)];
  if (mine.length !== theirs.length) return undefined;
  const [only, ...others] = theirs.flatMap((right, at) =>
    foldedName(wordsOf(mine[at]!)) === foldedName(wordsOf(right)) ? [] : [{ right, typed: mine[at]! }],
  );
  if (only === undefined || others.length > 0) return undefined;
  return { ...only, nameLength: theirs.join('').length };
}

/** By what one slip of the keys two words differ. */
function slipBetween(found: string, meant: string): 'swapped' | 'replaced' | 'left out' | undefined {
  if (found === meant || /[^a-z]/.test(found + meant)) return undefined;
  if (found.length === meant.length) {
    if (isSwap(found, meant)) return 'swapped';
    return isSubstitution(found, meant) ? 'replaced' : undefined;
  }
  const [longer, shorter] = found.length > meant.length ? [found, meant] : [meant, found];
  return longer.length === shorter.length + 1 && isWithout(longer, shorter) ? 'left out' : undefined;
}

/** A slip away from a word of a language that is not known may be another word of it: `nachnahme` and `nachname`. */
const isKnown = (word: string): boolean => isEnglish(word) || abbreviations.has(word);

const isNoWord = (found: string, meant: string): boolean =>
  !isEnglish(found) && !abbreviations.has(found) && (isEnglish(meant) || !isWordSequence(found));

function isSwap(a: string, b: string): boolean {
  const at = differsAt(a, b);
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}

/** Another vowel in the ending makes another word: `butanal` of `butanol`, `heptene` of `heptane`. */
function isSubstitution(a: string, b: string): boolean {
  const at = differsAt(a, b);
  const isInEnding = at >= a.length - 3 && /^[aeiou]{2}$/.test(a[at]! + b[at]!);
  return a.slice(at + 1) === b.slice(at + 1) && !isInEnding;
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
  word.length < 5
    ? word
    : word
        .replace(/^(.{4,})ll(ed|ing|er)$/, '$1l$2')
        .replace(/^(.{3,}[^l])ll?(ment|ful)$/, '$1l$2')
        .replace(/^(.{3,})our(ed|ing|ful)?$/, '$1or$2')
        .replace(/^(cen|thea)tre$/, '$1ter');

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

/**
 * Whether one word is the other, a known one, without its vowels (`cstmr`) or its end (`recip`): no word of a language is written so. Of short ones
 * several words are often left alike: `lst` is a list and the last, `prt` a part and a port. Of a language that is not known, the
 * longer word may as well be a compound: `kundenberater` of `kunden`.
 */
export function isAbbreviation(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length < 3 || short.length === long.length || /\d/.test(short)) return false;
  // Cut off: `recip`, `subscr`. What is a word itself says something else.
  if (short.length >= 5 && long.length >= short.length + 2 && long.startsWith(short))
    return !/[aeiou]$/.test(short) && !isEnglish(short) && isEnglish(long);
  if (/[aeiou]/.test(short.slice(1))) return false;
  const consonants = long[0] + long.slice(1).replace(/[aeiou]/g, '');
  if (![consonants, `${consonants}s`, consonants.replace(/(.)\1/g, '$1')].includes(short)) return false;
  return short.length > 4 ? isEnglish(long) : wordsWithoutVowels(short).every((word) => word === long);
}
