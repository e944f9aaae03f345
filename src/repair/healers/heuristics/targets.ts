import { type JsonObject, isObject } from '../../../json.ts';
import type { Violation } from '../../../validate/violation.ts';
import { segmentsOf, valueAt } from '../../pointer.ts';
import { schemasAt } from '../../schema-paths.ts';

export interface Targets {
  /** Declared paths at which a value is missing. */
  missing: string[][];
  /** Declared paths whose value has the wrong form. */
  malformed: string[][];
  /** A violation that no change of structure can mend. */
  hopeless: Violation | undefined;
}

const formCodes = new Set(['type', 'format', 'pattern', 'enum', 'no_match']);
const maxDepth = 4;

/** What must be found or reshaped, told from the violations. */
export function targetsOf(violations: readonly Violation[], event: JsonObject): Targets {
  const targets: Targets = { missing: [], malformed: [], hopeless: undefined };
  for (const violation of violations) {
    const path = segmentsOf(violation.path);
    const value = valueAt(event, path);
    // A closed contract also complains of the field under its new name; it goes when the field is found.
    if (violation.code === 'undeclared') continue;
    if (violation.code === 'required' || (value === null && formCodes.has(violation.code)))
      targets.missing.push(path);
    else if (formCodes.has(violation.code) && value !== undefined && path.length > 0)
      targets.malformed.push(path);
    else targets.hopeless ??= violation;
  }
  return targets;
}

/** The required fields of an object, which may have been flattened; none for anything else. */
export function fieldsOf(path: readonly string[], jsonSchema: JsonObject): string[][] {
  if (path.length >= maxDepth) return [];
  for (const schema of schemasAt(jsonSchema, path)) {
    const { properties, required } = schema;
    if (isObject(properties) && Array.isArray(required) && required.length > 0)
      return required.filter((name) => typeof name === 'string').map((name) => [...path, name]);
  }
  return [];
}

/** Every path that the contract declares, with `*` for the elements of arrays. */
export function declaredPaths(jsonSchema: JsonObject): string[][] {
  const found: string[][] = [];
  const visit = (path: string[]): void => {
    if (path.length >= maxDepth || found.length >= maxDeclared) return;
    for (const schema of schemasAt(jsonSchema, path)) {
      if (isObject(schema['items'])) visit([...path, '*']);
      for (const name of isObject(schema['properties']) ? Object.keys(schema['properties']) : []) {
        found.push([...path, name]);
        visit([...path, name]);
      }
    }
  };
  visit([]);
  return found;
}

const maxDeclared = 1000;
