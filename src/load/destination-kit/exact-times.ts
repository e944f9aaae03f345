/**
 * Dates and instants as SQL stores read them; undefined when no calendar has them. What stores would change in silence,
 * each in its way, is settled here: digits beyond microseconds are cut off, not rounded, and a time without a zone is none.
 */

export function dateText(text: string): string | undefined {
  const parts = dateParts.exec(text);
  return parts !== null && isDay(parts[1]!, parts[2]!, parts[3]!) ? text : undefined;
}

const dateParts = /^(\d{4})-(\d\d)-(\d\d)$/;
const instantParts =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s?([Zz]|[+-]\d\d(?::?\d\d)?)$/;

export function instantText(text: string): string | undefined {
  const parts = instantParts.exec(text);
  if (parts === null) return undefined;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '00', fraction, zone = ''] =
    parts;
  // No zone is ever assumed.
  if (zone === undefined) return undefined;
  if (!isDay(year, month, day) || hour > '23' || minute > '59' || second > '59') return undefined;
  const [hours = '0', minutes = '0'] = /^[+-](\d\d):?(\d\d)?$/.exec(zone)?.slice(1) ?? [];
  // PostgreSQL knows no zone beyond 15:59.
  if (Number(hours) > 15 || Number(minutes) > 59) return undefined;
  const shortened = fraction === undefined ? '' : `.${fraction.slice(0, 6)}`;
  return `${year}-${month}-${day} ${hour}:${minute}:${second}${shortened}${zone.toUpperCase()}`;
}

/**
 * Whether the text is an instant as most senders write it (`2026-03-04T05:06:07Z`, with at most six decimals), which stores read as it
 * is. Digit by digit: all rows have instants, and a regular expression makes texts of their parts.
 */
export function isCommonInstant(text: string): boolean {
  const { length } = text;
  if (length < 20 || length > 27 || length === 21 || text.charCodeAt(length - 1) !== letterZ) return false;
  for (let at = 0; at < length - 1; at++) {
    const code = text.charCodeAt(at);
    const separator = at < 20 ? separators.charCodeAt(at) : zero;
    if (separator === zero ? code < zero || code > nine : code !== separator) return false;
  }
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const [month, day] = [twoDigits(text, 5), twoDigits(text, 8)];
  return (
    year > 0 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    // The calendar is asked for the last days of a month elsewhere.
    day <= 28 &&
    twoDigits(text, 11) <= 23 &&
    twoDigits(text, 14) <= 59 &&
    twoDigits(text, 17) <= 59
  );
}

const separators = '0000-00-00T00:00:00.';
const [zero, nine, letterZ] = [48, 57, 90];
const twoDigits = (text: string, at: number): number =>
  (text.charCodeAt(at) - zero) * 10 + text.charCodeAt(at + 1) - zero;

function isDay(year: string, month: string, day: string): boolean {
  // No store of ours knows a year 0.
  if (year === '0000' || month < '01' || month > '12' || day < '01') return false;
  // The calendar is asked for the last days of a month only.
  if (day <= '28') return true;
  return Number(day) <= new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();
}
