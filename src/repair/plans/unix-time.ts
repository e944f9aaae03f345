import type { Json } from '../../model/json.ts';
import { type UnixFormat, isUnixTime } from '../../model/unix-time.ts';
import { type Result, fail, ok } from '../../model/result.ts';

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
