import { abbreviations } from './abbreviations.ts';
import { isEnglish } from './dictionary.ts';

const known = new Map<string, readonly string[]>();
const maxKnown = 20_000;
const maxLength = 128;

/** The words of a field name, folded: case, separators, diacritics, plural, common abbreviations. */
export function wordsOf(name: string): readonly string[] {
  const before = known.get(name);
  if (before !== undefined) return before;
  if (known.size >= maxKnown) known.clear();
  const words = joinSplitWords(tokensOf(name).map((token) => token.toLowerCase())).flatMap(
    (word) => abbreviations.get(word)?.split(' ') ?? singularOrLonger(word),
  );
  known.set(name, words);
  return words;
}

/** What marks a field that was added to a vendor's own: `Street__c`. */
export const vendorMark = /__[a-z]$/i;

/** The parts of a name as they are written, without diacritics. */
export function tokensOf(name: string): string[] {
  return (
    name
      .slice(0, 128)
      .normalize('NFD')
      .replace(/\p{Diacritic}/gu, '')
      // The mark of a field that was added to a vendor's own: `Street__c`.
      .replace(/__[a-z]$/i, '')
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
      .split(/[^A-Za-z0-9]+/)
      .filter((token) => token !== '')
  );
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

function singularOrLonger(word: string): readonly string[] {
  const one = singular(word);
  if (one === word) return [word];
  // `lens` is no plural of `len`.
  if (abbreviations.has(one) && isEnglish(word) && !isEnglish(one)) return [word];
  return abbreviations.get(one)?.split(' ') ?? [one];
}

export function singular(word: string): string {
  if (word === 'ids') return 'id';
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 5 && /(ss|x|ch|sh|us)es$/.test(word)) return word.slice(0, -2);
  // `semantics` are no plural of what is semantic.
  if (word.length > 7 && word.endsWith('ics')) return word;
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss') && !word.endsWith('us'))
    return word.slice(0, -1);
  return word;
}

const letters = new Map<string, string>();

/** All letters and digits of a name, whichever words they make. What parts two digits counts: `pm1_0` is no `pm10`. */
export function lettersOf(name: string): string {
  let found = letters.get(name);
  if (found === undefined) {
    found = name
      .slice(0, maxLength)
      .normalize('NFD')
      .toLowerCase()
      .replace(/(?<=\d)[^a-z0-9]+(?=\d)/g, '.')
      .replace(/[^a-z0-9.]+|(?<!\d)\.|\.(?!\d)/g, '');
    if (letters.size >= maxKnown) letters.clear();
    if (name.length <= maxLength) letters.set(name, found);
  }
  return found;
}

/** Equal for two spellings of one name, with or without separators, but for those between digits. */
export function foldedName(words: readonly string[]): string {
  let folded = '';
  for (const word of words)
    folded += endsInDigit.test(folded) && beginsWithDigit.test(word) ? `.${word}` : word;
  return folded;
}

const endsInDigit = /\d$/;
const beginsWithDigit = /^\d/;
