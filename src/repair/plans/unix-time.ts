import type { Json } from '../../model/json.ts';
import { type Result, fail, ok } from '../../model/result.ts';

export type UnixFormat = 'unix' | 'unix_ms';

/** From September 2001 (ten digits, or thirteen) to the end of 2099: no number is within both ranges. */
const first = 1_000_000_000;
const last = 4_102_444_799;
/** `2026030405`: the hour of a day in digits. As seconds it would be a day in 2034. */
const hourOfDay = /^(?:19|20|21)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])$/;

/**
 * Whole seconds or milliseconds since 1970, in a range in which nothing else is likely to be meant: `0` is no time but
 * the lack of one, and small numbers are counts.
 */
export function fromUnix(value: Json, to: 'datetime' | 'date', format: UnixFormat): Result<Json> {
  const number = typeof value === 'string' && /^[1-9]\d{9,12}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number))
    return fail('is not a Unix time in whole units');
  if (to === 'date') return fail('has a time, which a date would lose');
  if (!isUnixTime(number, format))
    return fail(`is no likely number of ${format === 'unix' ? 'seconds' : 'milliseconds'} since 1970`);
  // Only zeros of the fraction: the ISO text always has one.
  return ok(new Date(format === 'unix' ? number * 1000 : number).toISOString().replace(/\.?0+Z$/, 'Z'));
}

export function isUnixTime(number: number, format: UnixFormat): boolean {
  const seconds = format === 'unix' ? number : Math.floor(number / 1000);
  return seconds >= first && seconds <= last && !(format === 'unix' && hourOfDay.test(String(number)));
}
