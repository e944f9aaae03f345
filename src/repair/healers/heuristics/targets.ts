import type { JsonObject } from '../../../json.ts';
import { isObject } from '../../../json.ts';
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

/** The required fields of a missing object, since it may have been flattened; else the path itself. */
export function leavesBelow(path: string[], jsonSchema: JsonObject): string[][] {
  if (path.length >= maxDepth) return [path];
  for (const schema of schemasAt(jsonSchema, path)) {
    const { properties, required } = schema;
    if (!isObject(properties) || !Array.isArray(required) || required.length === 0) continue;
    return required
      .filter((name) => typeof name === 'string')
      .flatMap((name) => leavesBelow([...path, name], jsonSchema));
  }
  return [path];
}
