export type UnixFormat = 'unix' | 'unix_ms';

/** From September 2001 (ten digits, or thirteen) to the end of 2099: no number is within both ranges. */
const first = 1_000_000_000;
const last = 4_102_444_799;
/** `2026030405`: the hour of a day in digits. As seconds it would be a day in 2034. */
const hourOfDay = /^(?:19|20|21)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])$/;

/** Whether nothing else than a time is likely to be meant: `0` is the lack of one, and small numbers are counts. */
export function isUnixTime(number: number, format: UnixFormat): boolean {
  const seconds = format === 'unix' ? number : Math.floor(number / 1000);
  return seconds >= first && seconds <= last && !(format === 'unix' && hourOfDay.test(String(number)));
}
