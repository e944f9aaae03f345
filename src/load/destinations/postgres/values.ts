import type { Column, ColumnType } from '../../../contracts/contract.ts';
import { plainText } from '../../../model/exact-number.ts';
import type { Json } from '../../../model/json.ts';
import { dateText, instantText } from '../../destination-kit/exact-times.ts';

/**
 * Makes the text that PostgreSQL reads as the value, exactly; undefined when the type can't hold it. Called for values
 * that `inexactColumn` (load/exact.ts) lets through.
 */
export type Encode = (value: Json) => string | null | undefined;

export const encoder = ({ type }: Pick<Column, 'type'>): Encode => encoders[type.kind];

/** Lets a number, or text, through as it is. */
const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

const encoders: Record<ColumnType['kind'], Encode> = {
  string: (value) => storableText(textOf(value)),
  json: jsonText,
  integer: (value) => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
    // By its text, which is what was sent: the float behind 232133594666790460 is another whole number.
    const whole = BigInt(typeof value === 'number' ? plainText(value) : (value as string));
    return whole >= -(2n ** 63n) && whole < 2n ** 63n ? String(whole) : undefined;
  },
  // By way of a number, as text such as 1e-400 is an error for the server.
  number: (value) => String(Number(value)),
  decimal: textOf,
  boolean: (value) => (value === true ? 't' : 'f'),
  datetime: (value) => instantText(textOf(value)),
  date: (value) => dateText(textOf(value)),
  uuid: textOf,
};

/** Absent and null are the same to a table. */
export const encodeOrNull = (encode: Encode, value: Json | undefined): string | null | undefined =>
  value === undefined || value === null ? null : encode(value);

/** PostgreSQL has no NUL in text, and half of a surrogate pair would silently become another character. */
export const storableText = (text: string): string | undefined =>
  text.includes('\0') || !text.isWellFormed() ? undefined : text;

/** As `JSON.stringify` writes NUL and halves of surrogate pairs, after an even number of backslashes. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

export function jsonText(value: Json): string | undefined {
  const text = JSON.stringify(value);
  return text.includes('\\u') && unstorable.test(text) ? undefined : text;
}

const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** A value as COPY reads it, in its text format. */
export const copyField = (text: string | null): string => {
  if (text === null) return '\\N';
  return special.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => escapes[character]!) : text;
};
