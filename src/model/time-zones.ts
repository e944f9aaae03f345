import type { Json } from './json.ts';
import { type Result, fail, ok } from './result.ts';

/** Minutes east of UTC: 0 for `Z`, `GMT` and `UTC`, 120 for `+02:00` and `UTC+2`, undefined for no offset at all. */
export function minutesOf(offset: string | undefined): number | undefined {
  if (offset === undefined) return undefined;
  const match = /^(?:UTC|GMT)? ?([+-])(\d{1,2}?)(?::?(\d{2}))?$/.exec(offset);
  if (match === null) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0));
}

const day = 86_400_000;

/**
 * The offset, in minutes, at a time of the clock in a zone that the event names: an offset (`-05:00`, `UTC-5`), or a name of the
 * IANA database (`America/New_York`). `wall` is that time as if it were UTC, in milliseconds. Fails for a time that the
 * clock shows twice, or never, and for an abbreviation (`CST` is three zones) or a bare number.
 */
export function offsetIn(zone: Json | undefined, wall: number): Result<number> {
  if (zone === undefined) return fail('names no time zone');
  if (!isZone(zone)) return fail('has no known time zone beside it');
  if (!zone.includes('/')) return ok(minutesOf(zone)!);
  const offsets = new Set([wall - day, wall + day].map((instant) => offsetAt(zone, instant)));
  const possible = [...offsets].filter((offset) => offsetAt(zone, wall - offset * 60_000) === offset);
  const [only, ...others] = possible;
  if (only === undefined) return fail('is no time of the day in its zone');
  if (others.length > 0 || !Number.isInteger(only)) return fail('is two times of the day in its zone');
  return ok(only);
}

const writtenOffset =
  /^(?:Z|UTC|GMT|[+-]\d{2}:?[0-5]\d|(?:UTC|GMT) ?[+-](?:\d{1,2}(?::[0-5]\d)?|\d{2}[0-5]\d))$/;

/** Whether a value names a zone in a way that only one is meant. */
export function isZone(value: Json | undefined): value is string {
  if (typeof value !== 'string' || value.length > 40) return false;
  if (writtenOffset.test(value)) return Math.abs(minutesOf(value)!) <= 14 * 60;
  return /^[A-Z][A-Za-z_]+(?:\/[A-Za-z0-9_+-]+){1,2}$/.test(value) && clockOf(value) !== undefined;
}

const clocks = new Map<string, Intl.DateTimeFormat | undefined>();
/** The database has 600 names. */
const maxClocks = 1000;

function clockOf(zone: string): Intl.DateTimeFormat | undefined {
  if (clocks.has(zone)) return clocks.get(zone);
  if (clocks.size >= maxClocks) clocks.clear();
  const clock = newClock(zone);
  clocks.set(zone, clock);
  return clock;
}

function newClock(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    const two = '2-digit';
    const time = { hour: two, minute: two, second: two, hourCycle: 'h23' } as const;
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      year: 'numeric',
      month: two,
      day: two,
      ...time,
    });
  } catch {
    return undefined;
  }
}

/** Minutes; a fraction in times before zones had whole ones. */
function offsetAt(zone: string, instant: number): number {
  const shown = Object.fromEntries(
    clockOf(zone)!
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year, month, day: date, hour, minute, second } = shown;
  const clock = Date.UTC(year!, month! - 1, date, hour, minute, second);
  return (clock - Math.floor(instant / 1000) * 1000) / 60_000;
}
