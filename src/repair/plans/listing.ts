import type { Json } from '../../model/json.ts';
import { type Result, fail, ok } from '../../model/result.ts';

/** A text with more elements is hardly a list that a person wrote. */
const maxElements = 1000;

/**
 * The elements that a text lists: none of them empty, with spaces around it or with another sign that separates, as it
 * would be a guess then where one ends. `1,5` is no list, but a number in half of the world.
 */
export function elementsOf(text: string, separator: string): Result<string[]> {
  const elements = text.split(separator);
  if (elements.length > maxElements) return fail('lists too many values');
  if (
    packed.test(text) ||
    elements.some(
      (element) => element === '' || element.trim() !== element || several.test(element) || isQuoted(element),
    )
  )
    return fail('is no list of that form');
  if (separator === ',' && elements.length === 2 && elements.every((element) => /^[-+]?\d+$/.test(element)))
    return fail('may be a decimal number');
  return saysNone(text) ? fail('may say that there is none') : ok(elements);
}

/** A quotation mark says that not every separator separates: `"a,b",c`. An apostrophe within a word says nothing. */
export const isQuoted = (part: string): boolean => /^['’]|["“”„«»]|['’]$/u.test(part);

/** The text that lists these elements, if it says each of them again. */
export function listed(elements: readonly Json[], separator: string): Result<string> {
  const texts = elements.filter((element) => typeof element === 'string');
  if (texts.length < elements.length || texts.length === 0) return fail('is no list of texts');
  const text = texts.join(separator);
  const again = elementsOf(text, separator);
  return again.ok && again.value.length === texts.length ? ok(text) : fail('holds what separates its texts');
}

/** Text that spells a list, or several values, or that there is none, is no single value. */
export function whyNotOne(text: string): string | undefined {
  if (packed.test(text) || several.test(text)) return 'may hold several values';
  return saysNone(text) ? 'may say that there is none' : undefined;
}

const packed = /^\s*[[{]/;
const several = /[,;|\n\t]/;

/** What senders write where they have no value. */
const placeholders: ReadonlySet<string> = new Set(
  'empty n/a na nan nil none null tba tbd undefined unknown'.split(' '),
);

const saysNone = (text: string): boolean =>
  placeholders.has(text.trim().toLowerCase()) || !/[\p{L}\p{N}]/u.test(text);

/** `86,37 EUR`, `€12.50`, `500g`: a number and its unit, in either order, with at most one space between. */
export function numberAndUnit(text: string): [number: string, unit: string] | undefined {
  if (text.length > 64) return undefined;
  const behind = /^(-?\d+(?:[.,]\d+)*)\s?(\p{L}[\p{L}/²³]{0,11}|[\p{Sc}%°])$/u.exec(text);
  if (behind !== null) return [behind[1]!, behind[2]!];
  const before = /^(\p{L}{1,12}|\p{Sc})\s?(-?\d+(?:[.,]\d+)*)$/u.exec(text);
  return before === null ? undefined : [before[2]!, before[1]!];
}
