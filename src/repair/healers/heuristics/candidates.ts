import { type Json, type JsonObject, isObject } from '../../../json.ts';
import { type InPlaceOperation, transformOf } from '../../in-place.ts';
import type { Operation } from '../../plan.ts';
import { genericPointer, pointerOf } from '../../pointer.ts';
import { isDeclared } from '../../schema-paths.ts';
import { lettersOf, wordsOf, wordsOfPath } from './names.ts';

/** A field that the contract does not declare, and that may be one that it misses. */
export interface Candidate {
  /** With the indexes of arrays. */
  path: string[];
  /** With `*` for them. */
  pointer: string;
  value: Json;
  /** What must be done before the path exists: JSON text parsed, an array of one unwrapped. */
  preparation: Operation[];
  /** Of its own name; of its whole path; of its path without containers that add no meaning. */
  words: { leaf: readonly string[]; full: readonly string[]; short: readonly string[]; letters: string };
  /** Within a container that the contract does not declare either: its segments, and the names beside the field. */
  container: { depth: number; names: readonly string[] } | undefined;
}

const maxDepth = 8;
const maxCandidates = 400;

/** All undeclared fields: at the top, within declared objects and lists of them, and within undeclared objects. */
export function candidatesOf(
  event: JsonObject,
  jsonSchema: JsonObject,
  entity: ReadonlySet<string>,
): Candidate[] {
  const found: Candidate[] = [];

  const visit = (
    value: JsonObject,
    path: string[],
    preparation: Operation[],
    container: Candidate['container'],
  ): void => {
    if (path.length >= maxDepth) return;
    for (const [name, field] of Object.entries(value)) {
      if (found.length >= maxCandidates) return;
      const at = [...path, name];
      if (isDeclared(jsonSchema, at)) {
        visitDeclared(field, at);
        continue;
      }
      // Within what has to be opened first, the event itself holds nothing yet.
      const pointer = preparation.length === 0 ? genericPointer(pointerOf(at), event) : pointerOf(at);
      const words = {
        leaf: wordsOf(name),
        full: at.flatMap(wordsOfName),
        short: wordsOfPath(at, entity),
        letters: at.map(lettersOf).join('/'),
      };
      found.push({ path: at, pointer, value: field, preparation, words, container });
      const opened = openContainer(field, pointer);
      if (opened === undefined) continue;
      const { value: inner, operations } = opened;
      visit(inner, at, [...preparation, ...operations], { depth: at.length, names: Object.keys(inner) });
    }
  };
  const visitDeclared = (field: Json, path: string[]): void => {
    if (isObject(field)) visit(field, path, [], undefined);
    if (!Array.isArray(field)) return;
    for (const [index, item] of field.entries())
      if (isObject(item)) visit(item, [...path, String(index)], [], undefined);
  };
  visit(event, [], [], undefined);
  return found;
}

/** The index of an array is no word. */
const wordsOfName = (segment: string): readonly string[] => (/^\d+$/.test(segment) ? [] : wordsOf(segment));

/** The object that a field holds: itself, spelled as JSON text, or alone in an array. */
function openContainer(
  field: Json,
  path: string,
): { value: JsonObject; operations: Operation[] } | undefined {
  if (isObject(field)) return { value: field, operations: [] };
  const operation: InPlaceOperation | undefined =
    typeof field === 'string' && /^\s*\{/.test(field)
      ? { op: 'parse', path }
      : Array.isArray(field) && field.length === 1
        ? { op: 'unwrap', path }
        : undefined;
  if (operation === undefined) return undefined;
  const opened = transformOf(operation)(field);
  return opened.ok && isObject(opened.value) ? { value: opened.value, operations: [operation] } : undefined;
}
