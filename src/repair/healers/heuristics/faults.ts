import { isAnyNumber, isWholeNumber } from '../../../model/exact-number.ts';
import { type Json, type JsonObject, isContainer } from '../../../model/json.ts';
import { pointerOf } from '../../../model/pointer.ts';
import type { Violation } from '../../../model/violation.ts';
import type { Failure } from '../../healing/healer.ts';
import { Draft } from '../../plans/draft.ts';
import { schemasAt, typesOf } from '../../plans/schema-paths.ts';

type Path = readonly string[];

/** What a contract has against values at its paths. */
export interface Faults {
  /** Of this value at this path, whatever else is wrong in the event; undefined when it can't be known. */
  at(path: Path, value: Json): readonly Violation[] | undefined;
  /** Looks at many values at once: those that fit beside each other cost nothing afterwards. */
  presume(placements: readonly { path: Path; value: Json }[]): void;
}

/** What all validations of one proposal may read, in single values; a GitHub event of 25 KB has a thousand. */
const maxValuesRead = 15_000;
/** To tell what is wrong takes longer than to see that all is well. */
const valuesPerViolation = 10;

export function createFaults({ contract, event }: Failure): Faults {
  const known = new Map<string, Map<Json, readonly Violation[]>>();
  let budget = maxValuesRead;

  function remember(pointer: string, value: Json, found: readonly Violation[]): void {
    known.set(pointer, (known.get(pointer) ?? new Map<Json, readonly Violation[]>()).set(value, found));
  }

  return {
    at(path, value) {
      if (!couldStand(contract.jsonSchema, path, value)) return undefined;
      const pointer = pointerOf(path);
      const before = known.get(pointer)?.get(value);
      if (before !== undefined) return before;
      if (budget <= 0) return undefined;
      const draft = new Draft(along(event, path));
      if (!draft.set(path, value)) return undefined;
      const validation = contract.validate(draft.value);
      const violations = validation.ok ? [] : validation.violations;
      budget -= countValues(draft.value) + violations.length * valuesPerViolation;
      const found = violations.filter(isAtOrBelow(pointer));
      remember(pointer, value, found);
      return found;
    },
    presume(placements) {
      const draft = new Draft(event);
      const placed = placements.filter(
        ({ path, value }) => couldStand(contract.jsonSchema, path, value) && draft.set(path, value),
      );
      if (placed.length < 2) return;
      budget -= countValues(draft.value);
      const validation = contract.validate(draft.value);
      const violations = validation.ok ? [] : validation.violations;
      // Of very many violations only the first are told; what is overlooked here is seen in the next round.
      for (const { path, value } of placed) {
        const pointer = pointerOf(path);
        if (!violations.some(isAtOrBelow(pointer))) remember(pointer, value, []);
      }
    },
  };
}

/** Cheaper than a validation: what has another type than each that the contract names there can't fit. */
function couldStand(jsonSchema: JsonObject, path: Path, value: Json): boolean {
  const schemas = schemasAt(jsonSchema, path);
  if (schemas.length === 0 || schemas.some((schema) => typesOf(schema).length === 0)) return true;
  const types = new Set(schemas.flatMap(typesOf));
  if (Array.isArray(value)) return types.has('array');
  if (value === null) return types.has('null');
  if (isAnyNumber(value)) return types.has('number') || (types.has('integer') && isWholeNumber(value));
  return types.has(typeof value);
}

/**
 * The event along a path: with the single values beside it, which may say what sort of object it is in, but without the
 * objects and arrays beside it, which are most of a large event and whose faults are not asked for.
 */
function along(value: JsonObject, path: readonly string[]): JsonObject {
  const [next, ...rest] = path;
  const kept = Object.entries(value).filter(([, field]) => !isContainer(field));
  const thin: JsonObject = Object.fromEntries(kept);
  if (next === undefined || !Object.hasOwn(value, next)) return thin;
  return { ...thin, [next]: alongAny(value[next]!, rest) };
}

/** In an array the elements keep their places. */
function alongAny(value: Json, path: readonly string[]): Json {
  if (path.length === 0 || !isContainer(value)) return value;
  if (!Array.isArray(value)) return along(value, path);
  return value.map((item, index) => (String(index) === path[0] ? alongAny(item, path.slice(1)) : null));
}

function countValues(value: Json): number {
  if (!isContainer(value)) return 1;
  let count = 1;
  for (const item of Object.values(value)) count += countValues(item);
  return count;
}

const isAtOrBelow =
  (pointer: string) =>
  ({ path }: Violation): boolean =>
    path === pointer || path.startsWith(`${pointer}/`);
