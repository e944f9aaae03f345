import { confusable } from './words.ts';

/**
 * Whether one word is the other misspelt: two neighbouring letters swapped, or one letter too many or too few, within a
 * word of five or six letters or more. A wrong letter is no evidence, and neither is a wrong end: `payer` and `payee`, `expires`
 * and `expired` are all words.
 */
export function isMisspelling(a: string, b: string): boolean {
  const isLong = Math.min(a.length, b.length) >= 5 && (a.length === b.length || a.length + b.length >= 11);
  if (!isLong || /\d/.test(a + b) || a[0] !== b[0] || a.at(-1) !== b.at(-1)) return false;
  if (confusable.has([a, b].sort().join(' '))) return false;
  if (a.length === b.length) return isSwap(a, b);
  const [longer, shorter] = a.length > b.length ? [a, b] : [b, a];
  return longer.length === shorter.length + 1 && isWithout(longer, shorter);
}

function isSwap(a: string, b: string): boolean {
  const at = differsAt(a, b);
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
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

/** Whether one word is the other without its vowels (`cstmr`, `msg`): no word of a language is written so. */
export function isAbbreviation(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length < 3 || short.length === long.length || /[aeiou\d]/.test(short.slice(1))) return false;
  const consonants = long[0] + long.slice(1).replace(/[aeiou]/g, '');
  return short === consonants || short === consonants.replace(/(.)\1/g, '$1');
}
