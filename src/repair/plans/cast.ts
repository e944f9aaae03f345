import { ExactNumber, isAnyNumber, isWholeNumber, numberOf } from '../../model/exact-number.ts';
import type { Json } from '../../model/json.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import type { CastType } from '../../model/plan.ts';
import { parseDate } from './dates.ts';

/**
 * Casts a JSON value to a type without losing or guessing anything. `format` says how to read text that is ambiguous
 * otherwise: a date format (dates.ts; `zone` names that of a time without one), or for numbers `1,234.56`, `1.234,56`,
 * `1234.56` or `1234,56` (no groups, so that `1,234` is one and a bit: only a person or other values can say so). The
 * error never quotes the value.
 */
export function cast(value: Json, to: CastType, format?: string, zone?: Json): Result<Json> {
  switch (to) {
    case 'string':
      return toText(value);
    case 'integer':
      return toInteger(value, format);
    case 'number':
      return toNumber(value, format);
    case 'decimal':
      return toDecimal(value, format);
    case 'boolean':
      return toBoolean(value);
    case 'datetime':
    case 'date':
      return parseDate(value, to, format, zone);
    default:
      return toUuid(value);
  }
}

/** Of a fraction nobody knows any more whether it was written `1.1` or `1.10`, which are two versions, chapters and articles. */
function toText(value: Json): Result<Json> {
  if (typeof value === 'string') return ok(value);
  if (typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0))
    return ok(String(value));
  if (typeof value === 'boolean') return ok(String(value));
  if (value instanceof ExactNumber && !/e/i.test(value.text)) return ok(value.text);
  return fail('has no text that reads back as the same value');
}

/**
 * Digits only, whatever the format says of groups. Where `20.00` is sent for a whole number, the unit is another one
 * (euros, and not cents), and `1.000` may be a thousand.
 */
function toInteger(value: Json, format: string | undefined): Result<Json> {
  if (isAnyNumber(value)) return isWholeNumber(value) ? ok(value) : fail('is not a whole number');
  const text = withUsualSign(value);
  if (typeof text !== 'string' || text.length > 100 || !/^-?(0|[1-9]\d*)$/.test(text))
    return fail('does not spell a whole number');
  if (plainNumber(text, format) === undefined) return fail('is not a number of that format');
  return ok(numberOf(canonicalDecimal(text)));
}

function toNumber(value: Json, format: string | undefined): Result<Json> {
  if (isAnyNumber(value)) return ok(value);
  const digits = plainNumber(value, format);
  return digits === undefined ? fail(whyNoNumber(value, format)) : ok(numberOf(canonicalDecimal(digits)));
}

function toDecimal(value: Json, format: string | undefined): Result<Json> {
  if (isAnyNumber(value)) return ok(value);
  const digits = plainNumber(value, format);
  return digits === undefined ? fail(whyNoNumber(value, format)) : ok(canonicalDecimal(digits));
}

function toBoolean(value: Json): Result<Json> {
  if (typeof value === 'boolean') return ok(value);
  if (value === 'true' || value === 'True' || value === 'TRUE') return ok(true);
  if (value === 'false' || value === 'False' || value === 'FALSE') return ok(false);
  return fail('does not spell true or false');
}

function toUuid(value: Json): Result<Json> {
  if (typeof value !== 'string') return fail('is not text');
  const match =
    /^(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i.exec(
      value,
    );
  return match === null ? fail('does not spell a UUID') : ok(match.slice(1).join('-').toLowerCase());
}

/**
 * Sign, digits and point; no points or commas that group, unless the format says how. No leading zeros: `007` is more
 * likely a code than a number, and would come back as `7`. `1.234` is a thousand and more to some, unless the format says
 * whose point it is.
 */
function plainNumber(written: Json, format: string | undefined): string | undefined {
  const value = withUsualSign(written);
  if (typeof value !== 'string' || value.length > 100) return undefined;
  const told = toldByItsSigns(value);
  if (told !== undefined) return told;
  switch (format) {
    case undefined:
      return pointed.test(value) && !grouped.test(value) ? value : withoutExponent(value);
    case '1234.56':
      return pointed.test(value) ? value : undefined;
    case '1234,56':
      return pointed.test(value.replace(',', '.')) && !value.includes('.')
        ? value.replace(',', '.')
        : undefined;
    case '1,234.56':
      return !mayBeGrouped(value) && /^-?(0|[1-9]\d{0,2}(,\d{3})*|[1-9]\d*)(\.\d+)?$/.test(value)
        ? value.replaceAll(',', '')
        : undefined;
    case '1.234,56':
      return !mayBeGrouped(value) && /^-?(0|[1-9]\d{0,2}(\.\d{3})*|[1-9]\d*)(,\d+)?$/.test(value)
        ? value.replaceAll('.', '').replace(',', '.')
        : undefined;
    default:
      return undefined;
  }
}

/** `+5` and `−5`, with the minus of typesetters, as `5` and `-5`. */
const withUsualSign = (value: Json): Json =>
  typeof value === 'string' ? value.replace(/^\+(?=[\d.])/, '').replace(/^\u2212(?=[\d.])/, '-') : value;

/**
 * An apostrophe or a space between groups of three digits is no decimal sign, so that what else stands there is one:
 * `1'234.50`, `1 234,50`. One such sign alone may also part two numbers.
 */
function toldByItsSigns(text: string): string | undefined {
  const match =
    /^(-?[1-9]\d{0,2})((?:['’]\d{3})+|(?: \d{3})+|(?:\u00a0\d{3})+|(?:\u202f\d{3})+)(?:[.,](\d+))?$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, start, groups, fraction] = match;
  if (groups!.length === 4 && fraction === undefined) return undefined;
  return start! + groups!.replaceAll(/\D/g, '') + (fraction === undefined ? '' : `.${fraction}`);
}

/** `1.5e3` as `1500`; undefined for what has no exponent, or one that is not of everyday numbers. */
function withoutExponent(text: string): string | undefined {
  const match = /^(-?)([1-9])(?:\.(\d+))?[eE]([-+]?\d{1,2})$/.exec(text);
  if (match === null || Math.abs(Number(match[4])) > maxExponent) return undefined;
  const [, sign, whole, fraction = '', exponent] = match;
  const digits = `${whole}${fraction}`;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  const padded = digits.padEnd(point, '0');
  return padded.length === point
    ? `${sign}${padded}`
    : `${sign}${padded.slice(0, point)}.${padded.slice(point)}`;
}

const maxExponent = 30;

function whyNoNumber(value: Json, format: string | undefined): string {
  if (mayBeGrouped(value))
    return 'is a number with one sign before three digits: it may be thousands or decimals';
  return format === undefined ? 'does not spell a number' : `does not spell a number as ${format}`;
}

const pointed = /^-?(?:(?:0|[1-9]\d*)(?:\.\d+)?|\.\d+)$/;
const grouped = /^-?[1-9]\d{0,2}\.\d{3}$/;

/** Whether one sign stands before exactly three digits: then it may group them, and may be a decimal sign as well. */
export const mayBeGrouped = (value: Json): boolean =>
  typeof value === 'string' && /^[-+\u2212]?[1-9]\d{0,2}[.,]\d{3}$/.test(value);

/** Without zeros that say nothing. */
function canonicalDecimal(text: string): string {
  const match = /^(-?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text);
  if (match === null) return text;
  const [, sign, whole, fraction] = match;
  const digits = fraction ? `${whole || '0'}.${fraction}` : whole || '0';
  return /^[0.]+$/.test(digits) ? '0' : `${sign}${digits}`;
}
