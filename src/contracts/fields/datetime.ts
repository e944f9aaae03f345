import { SentinelError } from '../../model/errors.ts';
import { isAnyNumber, plainText } from '../../model/exact-number.ts';
import { isZone, offsetIn } from '../../model/time-zones.ts';
import { isUnixTime } from '../../model/unix-time.ts';
import { Breach, field } from './field.ts';

const isoDateTime =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d\d(?::?\d\d)?)?$/;
/** As it comes out, and as most are sent: nothing to respell, and no parts to be cut out. */
const canonical = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;
const isoDate = /^(\d{4})-(\d\d)-(\d\d)$/;
const numeral = /^(\d{10}|\d{13})(?:\.(\d{1,9}))?$/;
const nanosecond = { perSecond: 1_000_000_000n, perMillisecond: 1_000_000n };
const firstSecond = Date.parse('0001-01-01T00:00:00Z') / 1000;
const lastSecond = Date.parse('9999-12-31T23:59:59Z') / 1000;

const notDate = {
  type: new Breach('type', 'date as YYYY-MM-DD'),
  format: new Breach('format', 'date as YYYY-MM-DD'),
};

export interface FieldHints {
  /** See `EnvelopeDefault`: what fills the field when the event does not bring it. */
  'x-envelope'?: 'request_id' | 'received_at' | 'source';
}

export interface DatetimeOptions extends FieldHints {
  /** Of texts that name no zone: `UTC`, an offset (`-05:00`) or a name of the IANA database. Default: they are refused. */
  zone?: string;
}

/**
 * An instant. Takes ISO 8601 text with its zone and Unix times, seconds or milliseconds from September 2001 to 2099, as
 * number or text. Comes out as ISO 8601 in UTC with `Z`, with the fraction digits that were sent. Years 0001 to 9999.
 * Refused are dates that do not exist, dates without a time, and times without a zone unless `zone` says in which they are.
 */
export function datetime({ zone, ...hints }: DatetimeOptions = {}) {
  if (zone !== undefined && !isZone(zone))
    throw new SentinelError(
      'contract_invalid',
      `datetime(): zone must be UTC, an offset (-05:00) or a name such as America/New_York, not ${JSON.stringify(zone)}`,
    );
  const expected = `ISO 8601 date-time${zone === undefined ? ' with its zone' : ''}, or Unix time`;
  const breach = { type: new Breach('type', expected), format: new Breach('format', expected) };
  return field<string>(
    {
      type: ['string', 'number'],
      format: 'date-time',
      'x-column': 'datetime',
      ...(zone !== undefined && { 'x-zone': zone }),
      ...hints,
    },
    (value) => {
      if (typeof value === 'string') return readIso(value, zone) ?? readUnix(value) ?? breach.format;
      if (!isAnyNumber(value)) return breach.type;
      return readUnix(typeof value === 'number' ? String(value) : plainText(value)) ?? breach.format;
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

function readIso(text: string, zone: string | undefined): string | undefined {
  if (canonical.test(text)) {
    const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
    return dateExists(year, month, day) ? text : undefined;
  }
  const parts = isoDateTime.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour = '', minute = '', second = '00', fraction, offset] = parts;
  if (!dateExists(Number(year), Number(month), Number(day))) return undefined;
  if (hour > '23' || minute > '59' || second > '59') return undefined;
  const wall = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const shift = offset === undefined ? secondsIn(zone, wall) : offsetSeconds(offset);
  if (shift === undefined) return undefined;
  return shift === 0
    ? `${wall}${fraction === undefined ? '' : `.${fraction}`}Z`
    : spell(Date.parse(`${wall}Z`) / 1000 - shift, fraction);
}

/** How far the clock of a zone is before UTC at a time that it shows once; undefined without a zone. */
function secondsIn(zone: string | undefined, wall: string): number | undefined {
  const offset = zone === undefined ? undefined : offsetIn(zone, Date.parse(`${wall}Z`));
  return offset?.ok === true ? offset.value * 60 : undefined;
}

function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) number = number * 10 + text.charCodeAt(at) - 48;
  return number;
}

function offsetSeconds(offset: string): number | undefined {
  if (/^z$/i.test(offset)) return 0;
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
