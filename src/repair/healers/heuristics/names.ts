import { abbreviations, abbreviationsAlone, abbreviationsBeside } from './abbreviations.ts';
import { isEnglish } from './dictionary.ts';

const known = new Map<string, readonly string[]>();
const maxKnown = 20_000;
const maxLength = 128;

/** The words of a field name, folded: case, separators, diacritics, plural, common abbreviations. */
export function wordsOf(name: string): readonly string[] {
  const before = known.get(name);
  if (before !== undefined) return before;
  if (known.size >= maxKnown) known.clear();
  const tokens = joinSplitWords(tokensOf(name).map((token) => token.toLowerCase()));
  const special = tokens.length === 1 ? abbreviationsAlone : abbreviationsBeside;
  const words = tokens.flatMap(
    (token) => (special.get(token) ?? abbreviations.get(token))?.split(' ') ?? singularOrLonger(token),
  );
  known.set(name, words);
  return words;
}

/** What marks a field that was added to a vendor's own: `Street__c`. */
export const vendorMark = /__[a-z]$/i;

/** What parts two words or stands around a name. Any other sign says something: `tax %` is a rate, and `!active` is not active. */
const between = String.raw`\s\p{Cc}\p{Cf}\p{Pc}\p{Pd}.:,;'"‘’‚‛“”„‟«»\x60\\()\[\]{}`;
/** What JSON-LD, XML, MongoDB and others put before a name. */
const markBefore = /^[@$#]+(?=[\p{L}_])/u;
const word = new RegExp(String.raw`[\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}${between}]`, 'gu');
const plain = /^\w*$/;

/**
 * Letters of their own, which no one leaves the signs out of: `zahlung` is no `zählung`, and is spelled `zaehlung` where letters
 * are few. So is the last one of a French participle: `livré` is no `livre`.
 */
const spelledOut: ReadonlyMap<string, string> = new Map([
  ['ä', 'ae'],
  ['ö', 'oe'],
  ['ü', 'ue'],
  ['ß', 'ss'],
  ['å', 'aa'],
  ['ø', 'oe'],
  ['æ', 'ae'],
  ['ñ', 'ny'],
  ['é', 'eh'],
]);
const otherLetters = /[äöüßåøæñÄÖÜÅØÆÑ]|(?<!it)é(?=e?s?(?![\p{L}\p{M}]))|(?<!IT)É(?=E?S?(?![\p{L}\p{M}]))/gu;

/** The words and signs of a name as they are written, Latin letters without other diacritics. */
function writtenWords(name: string): string[] {
  const start = name.slice(0, maxLength);
  if (plain.test(start)) return start.split('_').filter((token) => token !== '');
  const letters = start
    .normalize('NFKC')
    .replace(otherLetters, (letter) => spelledOut.get(letter.toLowerCase())!)
    .normalize('NFKD')
    .replace(/(\p{Script=Latin})\p{M}+/gu, '$1')
    .normalize('NFC');
  return letters.replace(markBefore, '').match(word) ?? [];
}

const tokens = new Map<string, readonly string[]>();

/** The parts of a name as they are written, without diacritics. */
export function tokensOf(name: string): readonly string[] {
  let found = tokens.get(name);
  if (found === undefined) {
    found = partsOf(name);
    if (tokens.size >= maxKnown) tokens.clear();
    if (name.length <= maxLength) tokens.set(name, found);
  }
  return found;
}

const partsOf = (name: string): string[] =>
  // The mark of a field that was added to a vendor's own: `Street__c`.
  writtenWords(name.slice(0, maxLength).replace(/__[a-z]$/i, '')).flatMap((token) =>
    token
      .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
      .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1 $2')
      .split(' '),
  );

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

/** All letters, digits and telling signs of a name, whichever words they make. What parts two digits counts: `pm1_0` is no `pm10`. */
export function lettersOf(name: string): string {
  let found = letters.get(name);
  if (found === undefined) {
    found = foldedName(writtenWords(name).map((token) => token.toLowerCase()));
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

const endsInDigit = /\p{N}$/u;
const beginsWithDigit = /^\p{N}/u;
