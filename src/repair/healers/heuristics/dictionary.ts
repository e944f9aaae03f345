import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import wordListPath from 'word-list';

const { resolve: resolvePackage } = createRequire(import.meta.url);

/** Each read when it is first asked. */
const once = <T>(read: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => (made ??= { value: read() }).value;
};

/** 274,000 English words, one a line, in order. */
const allWords = once(() => `\n${readFileSync(wordListPath, 'latin1')}\n`);

/** Whether these letters, in lower case, are an English word, a plural or another form of one included. */
export function isEnglish(word: string): boolean {
  if (!/^[a-z]{2,28}$/.test(word)) return false;
  const lines = allWords();
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

/** The 49,000 words that are in use, without their endings, names with a capital. */
const wordsInUse = once(() => {
  const lines = readFileSync(join(dirname(resolvePackage('dictionary-en')), 'index.dic'), 'utf8').split('\n');
  return new Set(lines.slice(1).map((line) => line.split('/', 1)[0]!.trim()));
});

/** 39,000 first and last names. */
const peoplesNames = once(() => {
  const folder = dirname(resolvePackage('@cspell/dict-people-names'));
  const lines = readFileSync(join(folder, 'dict', 'people-names.txt'), 'utf8').split('\n');
  return new Set(lines.map((line) => line.trim()));
});

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();

/** Whether a word is one that people or places are called by. */
export const isName = (word: string): boolean => {
  const name = capitalised(word);
  return wordsInUse().has(name) || (!wordsInUse().has(name.toLowerCase()) && peoplesNames().has(name));
};

/** Whether a word, or what it is the plural of, is written small: `Palace`, `Sales`. */
export const isCommonWord = (word: string): boolean => {
  const small = word.toLowerCase();
  return [small, small.replace(/e?s$/, ''), small.replace(/s$/, '')].some((form) => wordsInUse().has(form));
};

const smallWords = once(() => [...wordsInUse()].filter((word) => /^[a-z]+$/.test(word)).join('\n'));

/** The words in use of which these letters are left without their vowels: `lst` of the last, and of a list. */
export function wordsWithoutVowels(letters: string): readonly string[] {
  if (!/^[a-z]{1,12}$/.test(letters)) return [];
  const [first, ...others] = letters;
  const pattern = `^${first}[aeiou]*${others.map((letter) => `${letter}{1,2}[aeiou]*`).join('')}$`;
  return smallWords().match(new RegExp(pattern, 'gm')) ?? [];
}

/** Whether a word is in use, written small. */
export const isInUse = (word: string): boolean => wordsInUse().has(word);
