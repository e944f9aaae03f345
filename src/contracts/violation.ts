import { escapeSegment } from '../model/pointer.ts';
import { foundWords } from './found-words.ts';
import { type Json, type JsonObject, isObject, jsonType } from '../model/json.ts';
import type { Violation, ViolationCode } from '../model/violation.ts';

/** More violations than this of one event tell a person or a healer nothing new. */
export const maxViolations = 50;

/** What an author writes may be of any length. */
const maxWords = 1000;

/**
 * A violation at `path` (property names and array indexes) of `event`. A field that is not there is `required`,
 * whatever check it failed. Holds nothing of the event but the names of its fields and their JSON types.
 */
export function violationAt(
  event: JsonObject,
  path: readonly PropertyKey[],
  code: ViolationCode,
  wanted: string,
): Violation {
  const expected = wanted.slice(0, maxWords);
  const value = valueAt(event, path);
  const pointer = path.map((segment) => `/${escapeSegment(String(segment))}`).join('');
  const field = pointer === '' ? 'the event' : pointer;
  if (value === undefined) {
    const message = `Send ${field} as ${expected}: it is missing.`;
    return { path: pointer, code: 'required', message, expected, found: 'missing' };
  }
  const message = `${adviceFor(code, field, expected)}: found ${foundWords(value)}.`;
  return { path: pointer, code, message, expected, found: jsonType(value) };
}

function adviceFor(code: ViolationCode, field: string, expected: string): string {
  if (code === 'undeclared') return `Remove ${field} or declare it in the contract`;
  // What the author wrote, mostly a sentence of its own, which names no type to send it as.
  if (code === 'custom') return `Correct ${field} (${expected})`;
  return `Send ${field} as ${expected}`;
}

/** A list of allowed values as the contract spells them: `one of EUR, USD`. */
export function oneOf(values: readonly unknown[]): string {
  const shown = values
    .slice(0, 20)
    .map((value) =>
      typeof value === 'string' ? value : typeof value === 'bigint' ? `${value}` : JSON.stringify(value),
    );
  const more = values.length > shown.length ? ` … (${values.length} in all)` : '';
  return values.length === 1 ? `${shown[0]}` : `one of ${shown.join(', ')}${more}`;
}

/** Which fields each of some alternatives asks for, ` with email, or with phone`; empty when one of them asks for something else. */
export function fieldsInWords(alternatives: readonly (readonly string[] | undefined)[]): string {
  const words = alternatives.slice(0, 10).map((names) => names?.slice(0, 5).join(' and ') ?? '');
  return words.includes('') ? '' : ` with ${words.join(', or with ')}`;
}

function valueAt(event: JsonObject, path: readonly PropertyKey[]): Json | undefined {
  let value: Json | undefined = event;
  for (const segment of path) {
    if (Array.isArray(value)) value = value[Number(segment)];
    else value = isObject(value) && Object.hasOwn(value, segment) ? value[String(segment)] : undefined;
  }
  return value;
}
