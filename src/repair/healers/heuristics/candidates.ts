import { type Json, type JsonObject, isObject } from '../../../json.ts';
import { type InPlaceOperation, transformOf } from '../../in-place.ts';
import type { Operation } from '../../plan.ts';
import { pointerOf } from '../../pointer.ts';
import { isDeclared } from '../../schema-paths.ts';
import { wordsOf } from './names.ts';

/** A field that the contract does not declare, and that may be one that it misses. */
export interface Candidate {
  path: string[];
  value: Json;
  /** The words of its path. */
  words: string[];
  /** What must be done before the path exists: JSON text parsed, an array of one unwrapped. */
  preparation: Operation[];
}

const maxDepth = 4;
const maxCandidates = 500;

/** All undeclared fields, at the top, within declared objects, and within undeclared ones. */
export function candidatesOf(event: JsonObject, jsonSchema: JsonObject): Candidate[] {
  const found: Candidate[] = [];

  const visit = (value: JsonObject, path: string[], preparation: Operation[]): void => {
    if (path.length >= maxDepth) return;
    for (const [name, field] of Object.entries(value)) {
      if (found.length >= maxCandidates) return;
      const at = [...path, name];
      if (!isDeclared(jsonSchema, at))
        found.push({ path: at, value: field, words: at.flatMap(wordsOf), preparation });
      const opened = openContainer(field, at);
      if (opened !== undefined) visit(opened.value, at, [...preparation, ...opened.operations]);
    }
  };
  visit(event, [], []);
  return found;
}

/** The object that a field holds: itself, spelled as JSON text, or alone in an array. */
function openContainer(
  field: Json,
  path: string[],
): { value: JsonObject; operations: Operation[] } | undefined {
  const pointer = pointerOf(path);
  if (isObject(field)) return { value: field, operations: [] };
  const operation: InPlaceOperation | undefined =
    typeof field === 'string' && /^\s*\{/.test(field)
      ? { op: 'parse', path: pointer }
      : Array.isArray(field) && field.length === 1
        ? { op: 'unwrap', path: pointer }
        : undefined;
  if (operation === undefined) return undefined;
  const opened = transformOf(operation)(field);
  return opened.ok && isObject(opened.value) ? { value: opened.value, operations: [operation] } : undefined;
}
