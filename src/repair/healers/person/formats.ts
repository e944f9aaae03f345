import type { Json } from '../../../model/json.ts';
import { mayBeGrouped } from '../../plans/cast.ts';

/** The formats (repair/cast.ts, repair/dates.ts) in which a value may be written, by the look of it. */
export function formatsOf(value: Json): string[] {
  if (typeof value === 'number') return unix;
  if (typeof value !== 'string' || value.length > 40) return [];
  if (/^-?\d+$/.test(value)) return [...unix, ...(dense[value.length] ?? [])];
  if (mayBeGrouped(value)) return [value.includes(',') ? '1234,56' : '1234.56'];
  if (/^-?[\d.,]+$/.test(value) && !/^\d+\.\d+\.\d+$/.test(value)) return ['1,234.56', '1.234,56'];
  return dates(value);
}

const unix = ['unix', 'unix_ms'];

const dense: Readonly<Record<number, string[]>> = {
  8: ['YYYYMMDD', 'DDMMYYYY', 'MMDDYYYY'],
  12: ['YYYYMMDDHHmm', 'DDMMYYYYHHmm', 'MMDDYYYYHHmm'],
  14: ['YYYYMMDDHHmmss', 'DDMMYYYYHHmmss', 'MMDDYYYYHHmmss'],
};

const dateText =
  /^(\d{1,4})(\D{1,3})(\d{1,2})(\D{1,3})(\d{1,4})(?:(\D{1,3})(\d{1,2})(\D)(\d{2})(?:(\D)(\d{2}))?)?(\D{0,3})$/;

function dates(text: string): string[] {
  const match = dateText.exec(text);
  if (match === null) return [];
  const [, one, s1, , s2, three, s3, hour, s4, , s5, , end] = match;
  const time = hour === undefined ? '' : `${s3}HH${s4}mm${s5 === undefined ? '' : `${s5}ss`}`;
  const orders = one!.length === 4 ? [['YYYY', 'MM', 'DD']] : three!.length === 4 ? dayOrMonthFirst : [];
  return orders.map(([a, b, c]) => `${a}${s1}${b}${s2}${c}${time}${end}`);
}

const dayOrMonthFirst = [
  ['DD', 'MM', 'YYYY'],
  ['MM', 'DD', 'YYYY'],
];
