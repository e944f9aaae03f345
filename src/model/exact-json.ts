import { type AnyNumber, numberOf } from './exact-number.ts';
import { type Json, type JsonObject, setOwn, sameJson } from './json.ts';

/** Sixteen or more digits, or an exponent of three: may need more than a 64-bit float. */
export const mayRound = /[\d.]{16}|\d[eE][+-]?\d{3}/;

/** `JSON.parse` that does not round, at its speed for text that holds no long number. See `parseExact`. */
export const parseJson = (text: string): Json =>
  mayRound.test(text) ? parseExact(text) : (JSON.parse(text) as Json);

/**
 * `JSON.parse` that does not round: a number that a 64-bit float can't hold becomes an `ExactNumber`. Also refuses an object that holds the same key twice with different values. Throws a `SyntaxError` that names the
 * position, from 0. Several times slower than `JSON.parse` for many small values, and as fast for long strings.
 */
export function parseExact(text: string): Json {
  const reader: Reader = { text, at: 0 };
  const value = readValue(reader);
  if (reader.at < text.length) fault(reader);
  return value;
}

/** Characters of one number that are taken; no column of any destination is as wide, and no double prints as many. */
export const maxNumberLength = 400;

interface Reader {
  text: string;
  at: number;
}

function fault({ at }: Reader): never {
  throw new SyntaxError(`not JSON at position ${at}`);
}

/** With the white space around it. */
function readValue(reader: Reader): Json {
  skipSpace(reader);
  const value = readBare(reader);
  skipSpace(reader);
  return value;
}

function readBare(reader: Reader): Json {
  switch (reader.text[reader.at]) {
    case '"':
      return readString(reader);
    case '{':
      return readObject(reader);
    case '[':
      return readArray(reader);
    case 't':
      return readWord(reader, 'true', true);
    case 'f':
      return readWord(reader, 'false', false);
    case 'n':
      return readWord(reader, 'null', null);
    default:
      return readNumber(reader);
  }
}

function readObject(reader: Reader): JsonObject {
  const object: JsonObject = {};
  reader.at++;
  skipSpace(reader);
  if (reader.text[reader.at] === '}') {
    reader.at++;
    return object;
  }
  for (;;) {
    skipSpace(reader);
    const start = reader.at;
    if (reader.text[start] !== '"') fault(reader);
    const key = readString(reader);
    skipSpace(reader);
    if (reader.text[reader.at] !== ':') fault(reader);
    reader.at++;
    const value = readValue(reader);
    if (Object.hasOwn(object, key) && !sameJson(value, object[key]))
      throw new SyntaxError(`Duplicate key '${key}' encountered at position ${start + 1}`);
    setOwn(object, key, value);
    if (endsAfterItem(reader, '}')) return object;
  }
}

function readArray(reader: Reader): Json[] {
  const items: Json[] = [];
  reader.at++;
  skipSpace(reader);
  if (reader.text[reader.at] === ']') {
    reader.at++;
    return items;
  }
  for (;;) {
    items.push(readValue(reader));
    if (endsAfterItem(reader, ']')) return items;
  }
}

/** Steps over the closing bracket, or over a comma. */
function endsAfterItem(reader: Reader, closing: string): boolean {
  const next = reader.text[reader.at];
  if (next !== closing && next !== ',') fault(reader);
  reader.at++;
  return next === closing;
}

function readWord<T extends Json>(reader: Reader, word: string, value: T): T {
  if (!reader.text.startsWith(word, reader.at)) fault(reader);
  reader.at += word.length;
  return value;
}

/** Handed to `JSON.parse` whole: read by characters here, a text of 9 MB would take two seconds. */
function readString(reader: Reader): string {
  const { text, at: start } = reader;
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  if (end === -1) return faultInString(reader, text.length);
  try {
    const value = JSON.parse(text.slice(start, end + 1)) as string;
    reader.at = end + 1;
    return value;
  } catch {
    return faultInString(reader, end);
  }
}

/** An odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text[before - 1] === '\\') before--;
  return (at - before) % 2 === 1;
}

/** Finds where a string stops being one. */
function faultInString(reader: Reader, end: number): never {
  const { text } = reader;
  let at = reader.at + 1;
  while (at < end && text.charCodeAt(at) >= 0x20) {
    if (text[at] !== '\\') at++;
    else {
      escaped.lastIndex = at;
      if (!escaped.test(text)) break;
      at = escaped.lastIndex;
    }
  }
  return fault({ text, at: Math.min(at, end) });
}

const escaped = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function readNumber(reader: Reader): AnyNumber {
  number.lastIndex = reader.at;
  const lexeme = number.exec(reader.text)?.[0];
  if (lexeme === undefined) return fault(reader);
  reader.at += lexeme.length;
  return numberOf(lexeme);
}

function skipSpace(reader: Reader): void {
  const { text } = reader;
  let { at } = reader;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) break;
    at++;
  }
  reader.at = at;
}
