import { type Json, isObject } from '../../src/model/json.ts';

/** Another value of the same sort, the same one each time: what a field that only looks alike would hold. */
export function differ(value: Json): Json {
  if (value === null) return null;
  if (typeof value === 'number')
    return Number.isInteger(value) ? value + 17 : Number((value * 1.5 + 1).toFixed(2));
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return differText(value);
  if (Array.isArray(value)) return value.map(differ);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, differ(inner)]));
}

function differText(text: string): string {
  if (/^\d{4}-\d\d-\d\d(T.*)?$/.test(text)) return shifted(text);
  if (/^[^@\s]+@[^@\s]+$/.test(text)) return `office.${text}`;
  if (/^\d+$/.test(text)) return text.replace(/\d/g, (digit, at: number) => turnedDigit(digit, at));
  if (/^\d+\.\d+$/.test(text)) return String(Number((Number(text) * 1.5 + 1).toFixed(2)));
  if (/^[0-9a-f-]{16,}$/i.test(text)) return text.replace(/[0-9a-f]/gi, turned);
  if (/^[A-Z]{3}$/.test(text)) return text === 'CHF' ? 'NOK' : 'CHF';
  if (/^[A-Z]{2}$/.test(text)) return text === 'CH' ? 'NO' : 'CH';
  if (/^https?:/.test(text)) return `${text}/other`;
  if (/^[A-Z\d -]+$/.test(text)) return text.replace(/[A-Z\d](?=[^A-Z\d]*$)/, nextSign);
  return text === '' ? 'other' : `${text}x`;
}

/** The year before; leap days have none. */
function shifted(text: string): string {
  const year = String(Number(text.slice(0, 4)) - 1).padStart(4, '0');
  return text.slice(5, 10) === '02-29' ? `${year}-02-28${text.slice(10)}` : `${year}${text.slice(4)}`;
}

const turnedDigit = (digit: string, at: number): string =>
  at === 0 ? String((Number(digit) % 9) + 1) : String((Number(digit) + 5) % 10);

/** Codes in capitals and digits stay such. */
function nextSign(sign: string): string {
  if (/\d/.test(sign)) return String((Number(sign) + 1) % 10);
  return sign === 'Z' ? 'A' : String.fromCharCode(sign.charCodeAt(0) + 1);
}

const digits = '0123456789abcdef';
/** The version and variant of a UUID stay legal, since no contract here looks at them. */
const turned = (digit: string): string => digits[(digits.indexOf(digit.toLowerCase()) + 5) % 16]!;
