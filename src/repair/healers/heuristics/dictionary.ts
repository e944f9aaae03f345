import { readFileSync } from 'node:fs';
import wordListPath from 'word-list';

/** 274,000 English words, one a line, in order; read when the first name has to be looked up. */
let lines: string | undefined;

/** Whether these letters, in lower case, are an English word, a plural or another form of one included. */
export function isEnglish(word: string): boolean {
  if (!/^[a-z]{2,28}$/.test(word)) return false;
  lines ??= `\n${readFileSync(wordListPath, 'latin1')}\n`;
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const start = lines.lastIndexOf('\n', (low + high) >> 1);
    const end = lines.indexOf('\n', start + 1);
    if (end === -1 || start < low) return false;
    const found = lines.slice(start + 1, end);
    if (found === word) return true;
    if (found < word) low = end;
    else high = start;
  }
  return false;
}

/** Shorter ones are found in almost any text. */
const shortestPart = 4;

/** Whether the letters are a word, or words one after another (`tracingcode`). */
export function isWordSequence(letters: string): boolean {
  if (isEnglish(letters)) return true;
  for (let at = shortestPart; at <= letters.length - shortestPart; at++)
    if (isEnglish(letters.slice(0, at)) && isWordSequence(letters.slice(at))) return true;
  return false;
}
