import type { Column, ColumnType } from '../../../contracts/contract.ts';
import type { Json } from '../../../json.ts';

/**
 * Makes the text that PostgreSQL reads as the value, exactly; undefined when the type can't hold it. Called for values
 * that `inexactColumn` (load/exact.ts) lets through. What the server would change in silence is settled here: digits
 * beyond microseconds are cut off, as everywhere, and not rounded.
 */
export type Encode = (value: Json) => string | null | undefined;

export const encoder = ({ type }: Pick<Column, 'type'>): Encode => encoders[type.kind];

/** Lets a number, or text, through as it is. */
const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

const encoders: Record<ColumnType['kind'], Encode> = {
  string: (value) => storableText(textOf(value)),
  json: jsonText,
  integer: (value) => {
    const whole = BigInt(value as string | number);
    return whole >= -(2n ** 63n) && whole < 2n ** 63n ? String(whole) : undefined;
  },
  // By way of a number, as text such as 1e-400 is an error for the server.
  number: (value) => String(Number(value)),
  decimal: textOf,
  boolean: (value) => (value === true ? 't' : 'f'),
  datetime: (value) => instant(textOf(value)),
  date: (value) => {
    const parts = dateParts.exec(textOf(value));
    return parts !== null && isDay(parts[1]!, parts[2]!, parts[3]!) ? textOf(value) : undefined;
  },
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

const dateParts = /^(\d{4})-(\d\d)-(\d\d)$/;
const instantParts =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s?([Zz]|[+-]\d\d(?::?\d\d)?)?$/;

function instant(text: string): string | undefined {
  const parts = instantParts.exec(text);
  if (parts === null) return undefined;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '00', fraction, zone = 'Z'] =
    parts;
  if (!isDay(year, month, day) || hour > '23' || minute > '59' || second > '59') return undefined;
  const [hours = '0', minutes = '0'] = /^[+-](\d\d):?(\d\d)?$/.exec(zone)?.slice(1) ?? [];
  // The server knows no zone beyond 15:59.
  if (Number(hours) > 15 || Number(minutes) > 59) return undefined;
  const shortened = fraction === undefined ? '' : `.${fraction.slice(0, 6)}`;
  return `${year}-${month}-${day} ${hour}:${minute}:${second}${shortened}${zone.toUpperCase()}`;
}

function isDay(year: string, month: string, day: string): boolean {
  // There is no year 0 on the server.
  if (year === '0000' || month < '01' || month > '12' || day < '01') return false;
  return Number(day) <= new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();
}

const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** A value as COPY reads it, in its text format. */
export const copyField = (text: string | null): string => {
  if (text === null) return '\\N';
  return special.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => escapes[character]!) : text;
};
