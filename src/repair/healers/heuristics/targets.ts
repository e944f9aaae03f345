import { type JsonObject, isObject } from '../../../model/json.ts';
import type { Violation } from '../../../model/violation.ts';
import { isBelow, segmentsOf, valueAt } from '../../../model/pointer.ts';
import { fieldsOf } from './declared.ts';

export interface Targets {
  /** Declared paths at which a value is missing. */
  missing: string[][];
  /** Declared paths whose value has the wrong form. */
  malformed: string[][];
  /** A violation that no change of structure can mend. */
  hopeless: Violation | undefined;
}

const formCodes = new Set(['type', 'format', 'pattern', 'enum', 'no_match']);

/** What must be found or reshaped, told from the violations. */
export function targetsOf(
  violations: readonly Violation[],
  event: JsonObject,
  jsonSchema: JsonObject,
): Targets {
  const targets: Targets = { missing: [], malformed: [], hopeless: undefined };
  for (const violation of violations) {
    const path = segmentsOf(violation.path);
    const value = valueAt(event, path);
    // A closed contract also complains of the field under its new name; it goes when the field is found.
    if (violation.code === 'undeclared') continue;
    const absent =
      violation.code === 'no_match' && isObject(value) ? absentFields(jsonSchema, path, value) : [];
    if (absent.length > 0) targets.missing.push(...absent);
    else if (
      violation.code === 'required' ||
      violation.code === 'misnamed' ||
      (value === null && formCodes.has(violation.code))
    )
      targets.missing.push(path);
    else if (formCodes.has(violation.code) && value !== undefined && path.length > 0)
      targets.malformed.push(path);
    else if (violation.code === 'no_match' && violations.some((other) => isMisnamedIn(path, other))) continue;
    else targets.hopeless ??= violation;
  }
  return targets;
}

/** A field of an alternative that the object may be, once the field has its own name. */
const isMisnamedIn = (path: readonly string[], { code, path: field }: Violation): boolean =>
  code === 'misnamed' && isBelow(segmentsOf(field), path);

/** What an object that is none of the alternatives lacks, whichever of them it was to be. */
function absentFields(jsonSchema: JsonObject, path: readonly string[], value: JsonObject): string[][] {
  const { required } = fieldsOf(jsonSchema, path);
  return [...required].filter((name) => !Object.hasOwn(value, name)).map((name) => [...path, name]);
}
