import { parseExact } from '../model/exact-json.ts';
import { isAnyNumber, numberOf, sameNumber } from '../model/exact-number.ts';
import { type Json, isObject } from '../model/json.ts';
import { child, segmentsOf } from '../model/pointer.ts';

/** What a person asked to be forgotten: the events whose field at `path` says `text`. */
export interface Where {
  /** JSON Pointer; `*` is any element of a list. */
  path: string;
  /** Of a number or a boolean, as JSON spells it. */
  text: string;
}

/** Whether the field at the path says it. */
export function saysAt(event: Json, { path, text }: Where): boolean {
  return valuesAt(event, segmentsOf(path)).some((value) => says(value, text));
}

/**
 * Whether a failed event, or the original of a repaired one, is meant. Its field may have another name or place, which is why
 * it failed, so a telling text counts anywhere in it.
 */
export function isAbout(event: Json, where: Where): boolean {
  // A step's input is a message about an event.
  const inner = isObject(event) ? child(event, 'event') : undefined;
  if (saysAt(event, where) || (inner !== undefined && saysAt(inner, where))) return true;
  return isTelling(where.text) && saysAnywhere(event, where.text);
}

/** The same of its text, which need not be JSON. */
export function isTextAbout(text: string, where: Where): boolean {
  try {
    return isAbout(parseExact(text), where);
  } catch {
    return isTelling(where.text) && text.includes(where.text);
  }
}

/** A number, a flag or a short code says nothing where it stands under another name. */
export const isTelling = (text: string): boolean => text.length >= 5 && !/^[\d.,+-]*$/.test(text);

function says(value: Json, text: string): boolean {
  if (isAnyNumber(value)) return isNumber.test(text) && sameNumber(value, numberOf(text));
  return typeof value === 'string' ? value === text : JSON.stringify(value) === text;
}

const isNumber = /^-?\d{1,400}(?:\.\d{1,400})?$/;

function valuesAt(value: Json, [segment, ...rest]: readonly string[]): Json[] {
  if (segment === undefined) return [value];
  if (segment === '*' && Array.isArray(value)) return value.flatMap((item) => valuesAt(item, rest));
  const next = child(value, segment);
  return next === undefined ? [] : valuesAt(next, rest);
}

function saysAnywhere(value: Json, text: string): boolean {
  const open: Json[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === text) return true;
    if (Array.isArray(next)) open.push(...next);
    else if (isObject(next)) open.push(...Object.values(next));
  }
  return false;
}
