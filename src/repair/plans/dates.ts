import type { Json } from '../../model/json.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import { fromUnix } from './unix-time.ts';
import { minutesOf, offsetIn } from '../../model/time-zones.ts';

/**
 * Reads a date or time. Without a format only ISO 8601 is read, also without its zeros (`2026-5-8`), since `03/04/2026`
 * is two dates. Formats: docs/healing.md. A number is read as the digits of a date without separators (`YYYYMMDD`). A
 * time that names no zone is no instant, unless `zone` names it, and neither is a lone date.
 * A datetime comes out as ISO 8601 with `Z`, a date as `YYYY-MM-DD`.
 */
export function parseDate(value: Json, to: 'datetime' | 'date', format?: string, zone?: Json): Result<Json> {
  if (typeof value === 'string' && printed[to].test(value)) format = undefined;
  if (format === 'unix' || format === 'unix_ms') return fromUnix(value, to, format);
  if (typeof value === 'number' && format !== undefined && /^(?:YYYY|MM|DD){3}$/.test(format))
    value = String(value);
  if (typeof value !== 'string' || value.length > 40) return fail('is not the text of a date');
  const fields = format === undefined ? readIso(value) : readPattern(value, format);
  if (fields !== undefined) return print(fields, to, zone);
  return fail(format === undefined ? 'is not an ISO 8601 date' : `is not written as ${format}`);
}

/** What a cast has made already; a second one leaves it alone, whatever its format. */
const printed = {
  datetime: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
} as const;

interface Fields {
  year: number;
  month: number;
  day: number;
  /** Undefined for a lone date; `offset` in minutes, undefined when no zone is named. */
  time:
    | { hour: number; minute: number; second: number; fraction: string; offset: number | undefined }
    | undefined;
}

const iso =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|z|[+-]\d{2}:?\d{2})?)?$/;

function readIso(text: string): Fields | undefined {
  const match = iso.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, offset] = match;
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  if (hour === undefined) return { ...date, time: undefined };
  return {
    ...date,
    time: {
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second ?? 0),
      fraction: fraction ?? '',
      offset: minutesOf(offset),
    },
  };
}

const monthNames =
  'January February March April May June July August September October November December'.split(' ');
const dayNames = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const anyOf = (names: readonly string[], length?: number) =>
  names.map((name) => name.slice(0, length)).join('|');

const tokens: ReadonlyMap<string, string> = new Map([
  ['YYYY', '(?<year>\\d{4})'],
  ['MMMM', `(?<monthName>${anyOf(monthNames)})`],
  ['MMM', `(?<monthName>${anyOf(monthNames, 3)})`],
  ['MM', '(?<month>\\d{1,2})'],
  ['DD', '(?<day>\\d{1,2})'],
  ['dddd', `(?<dayName>${anyOf(dayNames)})`],
  ['ddd', `(?<dayName>${anyOf(dayNames, 3)})`],
  ['HH', '(?<hour>\\d{1,2})'],
  ['hh', '(?<hour>\\d{1,2})'],
  ['mm', '(?<minute>\\d{2})'],
  ['ss', '(?<second>\\d{2})'],
  ['SSS', '(?<fraction>\\d{1,9})'],
  ['A', '(?<half>AM|PM)'],
  ['Z', '(?<offset>Z|(?:UTC|GMT)(?:[+-]\\d{2}:?\\d{2})?|[+-]\\d{2}:?\\d{2})'],
]);
const token = /YYYY|MMMM|MMM|MM|DD|dddd|ddd|HH|hh|mm|ss|SSS|A|Z|[\s\S]/g;
/** Side by side, only fixed widths say where one number ends and the next begins. */
const dense = /(YYYY|(?<!M)MM(?!M)|DD|HH|mm|ss)(YYYY|MM(?!M)|DD|HH|mm|ss)/;

/** Nobody writes so, and a date that was read once would be read again, as another. */
const unusable = /^YYYY.?DD.?MM|^(?:DD|MM).?YYYY.?(?:DD|MM)/;

/** Formats come from a short list, or from a plan: those that were used last are kept. */
const patterns = new Map<string, RegExp | undefined>();
const maxPatterns = 500;

function patternOf(format: string): RegExp | undefined {
  if (patterns.has(format)) return patterns.get(format);
  if (patterns.size >= maxPatterns) patterns.clear();
  const pattern = compilePattern(format);
  patterns.set(format, pattern);
  return pattern;
}

/** The same places in another order: what the format may be mistaken for. */
export function otherOrders(format: string): string[] {
  const parts = format.match(token) ?? [];
  const orders = dense.test(format) ? [...swaps, ...rotations] : swaps;
  const others = orders.map((order) => parts.map((part) => order[part] ?? part).join(''));
  return others.filter((other) => other !== format && patternOf(other) !== undefined);
}

const swaps: readonly Record<string, string>[] = [{ DD: 'MM', MM: 'DD' }];
const rotations: readonly Record<string, string>[] = [
  { YYYY: 'DD', DD: 'YYYY' },
  { YYYY: 'MM', MM: 'YYYY' },
  { YYYY: 'MM', MM: 'DD', DD: 'YYYY' },
  { YYYY: 'DD', DD: 'MM', MM: 'YYYY' },
];

function compilePattern(format: string): RegExp | undefined {
  const groups = new Set<string>();
  const isDense = dense.test(format);
  let isTwice = false;
  const source = format.replace(token, (part) => {
    const pattern = tokens.get(part);
    if (pattern === undefined) return part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    const group = /<(\w+)>/.exec(pattern)![1]!;
    isTwice ||= groups.has(group);
    groups.add(group);
    return isDense ? pattern.replace('{1,2}', '{2}') : pattern;
  });
  const hasDate = groups.has('year') && groups.has('day') && groups.has('month') !== groups.has('monthName');
  const hasTime = groups.has('hour');
  const isComplete =
    hasDate &&
    format.includes('hh') === groups.has('half') &&
    (hasTime || !['minute', 'second', 'half', 'offset'].some((group) => groups.has(group))) &&
    (groups.has('second') || !groups.has('fraction'));
  return isTwice || !isComplete || unusable.test(format) ? undefined : new RegExp(`^${source}$`);
}

function readPattern(text: string, format: string): Fields | undefined {
  const groups = patternOf(format)?.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { year, month, monthName, day, dayName, hour, half, minute, second, fraction, offset } = groups;
  const date = {
    year: Number(year),
    month: monthName === undefined ? Number(month) : indexOf(monthNames, monthName) + 1,
    day: Number(day),
  };
  // A weekday that is another day's says that the rest is not what it seems.
  const weekday = new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay();
  if (dayName !== undefined && indexOf(dayNames, dayName) !== weekday) return undefined;
  if (hour === undefined) return { ...date, time: undefined };
  const hours = half === undefined ? Number(hour) : onClock(Number(hour), half);
  return {
    ...date,
    time: {
      hour: hours,
      minute: Number(minute ?? 0),
      second: Number(second ?? 0),
      fraction: fraction ?? '',
      offset: minutesOf(offset),
    },
  };
}

const indexOf = (names: readonly string[], start: string) =>
  names.findIndex((name) => name.startsWith(start));

/** 12 AM is midnight; an hour that no clock of twelve shows becomes one that no day has. */
function onClock(hour: number, half: string): number {
  if (hour < 1 || hour > 12) return 24;
  return (hour % 12) + (half === 'PM' ? 12 : 0);
}

function print(
  { year, month, day, time }: Fields,
  to: 'datetime' | 'date',
  zone: Json | undefined,
): Result<Json> {
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(year, month - 1, day);
  if (year < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    return fail('is no day of the calendar');
  if (to === 'date') {
    if (time !== undefined) return fail('has a time, which a date would lose');
    return ok(date.toISOString().slice(0, 10));
  }
  if (time === undefined) return fail('has no time of the day');
  const { hour, minute, second } = time;
  if (hour > 23 || minute > 59 || second > 59) return fail('is no time of the day');
  date.setUTCHours(hour, minute, second, 0);
  const found = time.offset === undefined ? offsetIn(zone, date.getTime()) : ok(time.offset);
  if (!found.ok) return found;
  const offset = found.value;
  if (Math.abs(offset) > 14 * 60) return fail('is no time of the day');
  date.setUTCHours(hour, minute - offset, second, 0);
  const fraction = time.fraction.replace(/0+$/, '');
  const text = date.toISOString();
  if (text.length !== 24) return fail('is outside the years 1 to 9999');
  return ok(`${text.slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`);
}
