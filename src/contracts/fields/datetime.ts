import { isAnyNumber, plainText } from '../../model/exact-number.ts';
import { isUnixTime } from '../../model/unix-time.ts';
import { Breach, field } from './field.ts';

const isoDateTime =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d\d(?::?\d\d)?)?)?$/;
/** As it comes out, and as most are sent: nothing to respell, and no parts to be cut out. */
const canonical = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;
const isoDate = /^(\d{4})-(\d\d)-(\d\d)$/;
const numeral = /^(\d{10}|\d{13})(?:\.(\d{1,9}))?$/;
const nanosecond = { perSecond: 1_000_000_000n, perMillisecond: 1_000_000n };
const firstSecond = Date.parse('0001-01-01T00:00:00Z') / 1000;
const lastSecond = Date.parse('9999-12-31T23:59:59Z') / 1000;

const expectedDateTime = 'ISO 8601 date-time or Unix time';
const notDateTime = {
  type: new Breach('type', expectedDateTime),
  format: new Breach('format', expectedDateTime),
};
const notDate = {
  type: new Breach('type', 'date as YYYY-MM-DD'),
  format: new Breach('format', 'date as YYYY-MM-DD'),
};

export interface FieldHints {
  /** See `EnvelopeDefault`: what fills the field when the event does not bring it. */
  'x-envelope'?: 'request_id' | 'received_at' | 'source';
}

/**
 * An instant. Takes ISO 8601 text (without an offset it is UTC; a lone date is its midnight) and Unix times,
 * seconds or milliseconds from September 2001 to 2099, as number or text. Comes out as ISO 8601 in UTC with `Z`, with
 * the fraction digits that were sent. Years 0001 to 9999; dates that do not exist are refused.
 */
export function datetime(hints: FieldHints = {}) {
  return field<string>(
    { type: ['string', 'number'], format: 'date-time', 'x-column': 'datetime', ...hints },
    (value) => {
      if (typeof value === 'string') return readIso(value) ?? readUnix(value) ?? notDateTime.format;
      if (!isAnyNumber(value)) return notDateTime.type;
      return readUnix(typeof value === 'number' ? String(value) : plainText(value)) ?? notDateTime.format;
    },
  );
}

/** A calendar date as `YYYY-MM-DD`, years 0001 to 9999. */
export function date() {
  return field<string>({ type: 'string', format: 'date', 'x-column': 'date' }, (value) => {
    if (typeof value !== 'string') return notDate.type;
    const parts = isoDate.exec(value);
    return parts !== null && dateExists(Number(parts[1]), Number(parts[2]), Number(parts[3]))
      ? value
      : notDate.format;
  });
}

function readIso(text: string): string | undefined {
  if (canonical.test(text)) {
    const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
    return dateExists(year, month, day) ? text : undefined;
  }
  const parts = isoDateTime.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction, offset] = parts;
  if (!dateExists(Number(year), Number(month), Number(day))) return undefined;
  if (hour > '23' || minute > '59' || second > '59') return undefined;
  if (offset === undefined || offset === 'Z' || offset === 'z' || isZero(offset)) {
    return `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction === undefined ? '' : `.${fraction}`}Z`;
  }
  const shift = offsetSeconds(offset);
  if (shift === undefined) return undefined;
  const local = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) / 1000;
  return spell(local - shift, fraction);
}

function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) number = number * 10 + text.charCodeAt(at) - 48;
  return number;
}

const isZero = (offset: string): boolean => /^[+-]00:?(?:00)?$/.test(offset);

function offsetSeconds(offset: string): number | undefined {
  const hours = Number(offset.slice(1, 3));
  const minutes = offset.length > 3 ? Number(offset.slice(-2)) : 0;
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/** Works on the numeral's digits, not on a double, so that no fraction digit is lost or made up. */
function readUnix(text: string): string | undefined {
  const parts = numeral.exec(text);
  if (parts === null) return undefined;
  const [, whole = '', fraction = ''] = parts;
  const isSeconds = isUnixTime(Number(whole), 'unix');
  if (!isSeconds && (!isUnixTime(Number(whole), 'unix_ms') || fraction.length > 6)) return undefined;
  const unit = isSeconds ? nanosecond.perSecond : nanosecond.perMillisecond;
  const padding = isSeconds ? 9 : 6;
  const total = BigInt(whole) * unit + BigInt(fraction.padEnd(padding, '0'));
  const remainder = total % nanosecond.perSecond;
  const seconds = Number((total - remainder) / nanosecond.perSecond);
  const digits = remainder === 0n ? undefined : String(remainder).padStart(9, '0').replace(/0+$/, '');
  return spell(seconds, digits);
}

function spell(unixSeconds: number, fraction: string | undefined): string | undefined {
  if (unixSeconds < firstSecond || unixSeconds > lastSecond) return undefined;
  const text = new Date(unixSeconds * 1000).toISOString().slice(0, 19);
  return `${text}${fraction === undefined ? '' : `.${fraction}`}Z`;
}

function dateExists(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  if (day <= 28) return true;
  if (month === 2) return day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
}
