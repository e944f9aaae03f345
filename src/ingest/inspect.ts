import { type Json, type JsonObject, isContainer } from '../model/json.ts';
import { type Result, fail, ok } from '../model/result.ts';
import { ExactNumber } from '../model/exact-number.ts';
import { maxNumberLength, parseExact } from '../model/exact-json.ts';

/** What is wrong with a syntactically valid JSON text. */
export interface Complaint {
  code: 'too_deep' | 'duplicate_key' | 'number_out_of_range' | 'number_too_long' | 'forbidden_key';
  detail: string;
}

/**
 * Looks for what `JSON.parse` lets through in silence: nesting without end, a key that stands twice (the first
 * value would vanish), numbers that do not fit, and `__proto__`. `exact` says that the text holds numbers that
 * only `parseExact` reads without rounding. `value` is what `JSON.parse(text)` returned.
 */
export function inspect(text: string, value: Json, maxDepth: number): Result<{ exact: boolean }, Complaint> {
  const seen: Seen = { keys: 0, problem: undefined };
  walk(value, maxDepth, seen);
  if (seen.problem !== undefined) return fail(seen.problem);

  const maybeDuplicate = keyTokens(text) !== seen.keys;
  const maybeInexact = longNumber.test(text);
  if (!maybeDuplicate && !maybeInexact) return ok({ exact: false });
  let exact: Json;
  try {
    exact = parseExact(text);
  } catch (error) {
    return fail({ code: 'duplicate_key', detail: (error as Error).message });
  }
  const found: Found = { others: false, longest: 0 };
  if (maybeInexact) compare(exact, value, found);
  return found.longest > maxNumberLength ? fail(tooLong(found.longest)) : ok({ exact: found.others });
}

const tooLong = (length: number): Complaint => ({
  code: 'number_too_long',
  detail: `a number has ${length} characters; at most ${maxNumberLength} are taken`,
});

interface Seen {
  keys: number;
  problem: Complaint | undefined;
}

function walk(value: Json, depthLeft: number, seen: Seen): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      seen.problem = { code: 'number_out_of_range', detail: 'a number is too large; send it as a string' };
    return;
  }
  if (!isContainer(value)) return;
  if (depthLeft === 0) {
    seen.problem = { code: 'too_deep', detail: 'the event is nested too deeply' };
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value) walk(item, depthLeft - 1, seen);
    return;
  }
  for (const key in value) {
    seen.keys++;
    if (key === '__proto__') {
      seen.problem = { code: 'forbidden_key', detail: 'the key "__proto__" is not allowed' };
      return;
    }
    walk(value[key] as Json, depthLeft - 1, seen);
  }
}

/**
 * An upper bound of the number of keys written in the text: each is a quote, white space or none, and a colon.
 * Strings may hold the same characters, so a larger count only means "look closer"; an equal count proves that
 * no key stands twice.
 */
function keyTokens(text: string): number {
  if (spacedColon.test(text)) return -1;
  let count = 0;
  for (let at = text.indexOf('":'); at !== -1; at = text.indexOf('":', at + 2)) count++;
  return count;
}

const spacedColon = /"\s+:/;
/** Sixteen or more digits, or an exponent that may round to zero: may need more than a 64-bit float. */
const longNumber = /[\d.]{16}|\d[eE]-\d{3}/;

interface Found {
  /** Some number needs its text. */
  others: boolean;
  /** Characters of the longest such number. */
  longest: number;
}

function compare(exact: Json, rounded: Json, found: Found): void {
  if (exact instanceof ExactNumber) {
    found.others = true;
    found.longest = Math.max(found.longest, exact.text.length);
  } else if (Array.isArray(exact)) {
    for (let index = 0; index < exact.length; index++)
      compare(exact[index]!, (rounded as Json[])[index]!, found);
  } else if (isContainer(exact))
    for (const key in exact) compare(exact[key]!, (rounded as JsonObject)[key]!, found);
}
