import type { Json } from '../json.ts';
import { type Result, fail, ok } from '../result.ts';

/**
 * Reads a date or time. Without a format only ISO 8601 is read, since `03/04/2026` is two dates. Formats: `unix`,
 * `unix_ms`, and patterns of `YYYY MM DD HH mm ss` with any separators, such as `DD/MM/YYYY HH:mm`. Times without an
 * offset are UTC. A datetime comes out as ISO 8601 with `Z`, a date as `YYYY-MM-DD`.
 */
export function parseDate(value: Json, to: 'datetime' | 'date', format?: string): Result<Json> {
  if (typeof value === 'string' && printed[to].test(value)) format = undefined;
  if (format === 'unix' || format === 'unix_ms') return fromUnix(value, to, format === 'unix' ? 1000 : 1);
  if (typeof value !== 'string' || value.length > 40) return fail('is not the text of a date');
  const fields = format === undefined ? readIso(value) : readPattern(value, format);
  if (fields === undefined)
    return fail(format === undefined ? 'is not an ISO 8601 date' : `is not written as ${format}`);
  return print(fields, to);
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
  /** Undefined for a lone date. */
  time: { hour: number; minute: number; second: number; fraction: string; offset: number } | undefined;
}

const iso =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|z|[+-]\d{2}:?\d{2})?)?$/;

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

function minutesOf(offset: string | undefined): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(offset ?? '');
  if (match === null) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

const tokens: ReadonlyMap<string, string> = new Map([
  ['YYYY', '(?<year>\\d{4})'],
  ['MM', '(?<month>\\d{1,2})'],
  ['DD', '(?<day>\\d{1,2})'],
  ['HH', '(?<hour>\\d{1,2})'],
  ['mm', '(?<minute>\\d{2})'],
  ['ss', '(?<second>\\d{2})'],
]);

/** Nobody writes so, and a date that was read once would be read again, as another. */
const unusable = /^YYYY.?DD.?MM/;

function readPattern(text: string, format: string): Fields | undefined {
  const seen = new Set<string>();
  // Side by side, only fixed widths say where one number ends and the next begins.
  const isDense = /(YYYY|MM|DD|HH|mm|ss)(YYYY|MM|DD|HH|mm|ss)/.test(format);
  const source = format.replace(/YYYY|MM|DD|HH|mm|ss|[\s\S]/g, (part) => {
    const token = tokens.get(part);
    if (token === undefined) return part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    if (seen.has(part)) return '(?!)';
    seen.add(part);
    return isDense ? token.replace('{1,2}', '{2}') : token;
  });
  if (unusable.test(format) || !['YYYY', 'MM', 'DD'].every((token) => seen.has(token))) return undefined;
  const groups = new RegExp(`^${source}$`).exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { year, month, day, hour, minute, second } = groups;
  return {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    time:
      hour === undefined
        ? undefined
        : {
            hour: Number(hour),
            minute: Number(minute ?? 0),
            second: Number(second ?? 0),
            fraction: '',
            offset: 0,
          },
  };
}

function print({ year, month, day, time }: Fields, to: 'datetime' | 'date'): Result<Json> {
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(year, month - 1, day);
  if (year < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    return fail('is no day of the calendar');
  if (to === 'date') {
    if (time !== undefined) return fail('has a time, which a date would lose');
    return ok(date.toISOString().slice(0, 10));
  }
  if (time !== undefined) {
    const { hour, minute, second, offset } = time;
    if (hour > 23 || minute > 59 || second > 59 || Math.abs(offset) > 14 * 60)
      return fail('is no time of the day');
    date.setUTCHours(hour, minute - offset, second, 0);
  }
  const fraction = (time?.fraction ?? '').replace(/0+$/, '');
  const text = date.toISOString();
  if (text.length !== 24) return fail('is outside the years 1 to 9999');
  return ok(`${text.slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`);
}

function fromUnix(value: Json, to: 'datetime' | 'date', factor: number): Result<Json> {
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number))
    return fail('is not a Unix time in whole units');
  if (to === 'date') return fail('has a time, which a date would lose');
  const date = new Date(number * factor);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999)
    return fail('is outside the years 1 to 9999');
  // Only zeros of the fraction: the ISO text always has one.
  return ok(date.toISOString().replace(/\.?0+Z$/, 'Z'));
}
