import { ExactNumber } from '../model/exact-number.ts';
import { type Json, jsonType } from '../model/json.ts';

const shapes: readonly [RegExp, string][] = [
  [/^\s*$/, 'blank text'],
  [/^[+-]?\d+$/, 'a whole number as text'],
  [/^[+-]?\d*\.\d+$/, 'a number as text'],
  [/^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$/, 'a date in another order'],
  [
    /^[+-]?[1-9]\d{0,2},\d{3}$/,
    'a number as text, with one comma before three digits: thousands or decimals',
  ],
  [/^[+-]?\d+,\d+$/, 'a number as text, with a comma'],
  [/^[+-]?\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d+)?$/, 'a number as text, with group signs'],
  [/^\d{4}-\d\d-\d\d$/, 'a date as YYYY-MM-DD'],
  [/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d/, 'a date with a time'],
  [/^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i, 'a UUID'],
  [/^[\da-f]{32}$/i, 'a UUID without hyphens'],
  [/^(?:true|false|yes|no)$/i, 'a yes or no as text'],
  [/^[a-z][a-z\d+.-]*:\/\/\S+$/i, 'a URL'],
  [/^[^@\s]+@[^@\s]+$/, 'text with an @'],
  [/^\s*[[{]/, 'text that looks like JSON'],
];

const wholeDate = /^\d{4}-\d\d-\d\d$/;

function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** A longer text is told by its length alone: looking at it would take time for nothing. */
const longestLookedAt = 200;

/** What came, in words that hold nothing of it: its type, and its length or form. */
export function foundWords(value: Json): string {
  if (typeof value === 'string') return textWords(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'number' || value instanceof ExactNumber) {
    const whole = jsonType(value) === 'integer';
    return String(value).startsWith('-')
      ? whole
        ? 'a negative integer'
        : 'a negative number'
      : whole
        ? 'an integer'
        : 'a number';
  }
  if (typeof value === 'boolean') return 'true or false';
  if (value === null) return 'null';
  const count = Object.keys(value).length;
  return count === 0 ? 'an empty object' : `an object with ${count} ${count === 1 ? 'field' : 'fields'}`;
}

function textWords(text: string): string {
  if (text === '') return 'empty text';
  const length = text.length === 1 ? '1 character' : `${text.length} characters`;
  if (wholeDate.test(text) && !isDate(text)) return 'a date that is not in the calendar';
  const shape = text.length > longestLookedAt ? undefined : shapes.find(([form]) => form.test(text))?.[1];
  return shape === undefined ? `text of ${length}` : `${shape} (${length})`;
}
