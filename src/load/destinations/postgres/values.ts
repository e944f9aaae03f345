import type { Column, ColumnType } from '../../../contracts/contract.ts';
import { plainText } from '../../../model/exact-number.ts';
import type { Json } from '../../../model/json.ts';
import { dateText, instantText, isCommonInstant } from '../../destination-kit/exact-times.ts';

/**
 * Makes the text that PostgreSQL reads as the value, exactly; undefined when the type can't hold it. Called for values
 * that `inexactColumn` (load/exact.ts) lets through.
 */
type Encode = (value: Json) => string | undefined;

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
  datetime(value) {
    const text = textOf(value);
    return isCommonInstant(text) ? text : instantText(text);
  },
  date: (value) => dateText(textOf(value)),
  uuid: textOf,
};

export const encoder = ({ type }: Pick<Column, 'type'>): Encode => encoders[type.kind];

/** Makes a field as COPY reads it, in its text format; undefined when the column can't hold the value. */
export type Field = (value: Json | undefined) => string | undefined;

/** Absent and null are the same to a table. Only text can hold what COPY takes for the end of a field. */
export function fieldOf({ type }: Pick<Column, 'type'>): Field {
  const encode = encoder({ type });
  if (type.kind !== 'string' && type.kind !== 'json')
    return (value) => (value === undefined || value === null ? absent : encode(value));
  return (value) => {
    if (value === undefined || value === null) return absent;
    const text = encode(value);
    return text === undefined ? undefined : escaped(text);
  };
}

const absent = '\\N';

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

const escaped = (text: string): string =>
  special.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => escapes[character]!) : text;
