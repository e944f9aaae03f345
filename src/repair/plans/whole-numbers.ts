import type { Contract } from '../../contracts/contract.ts';
import { isAnyNumber, isWholeNumber } from '../../model/exact-number.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Plan, Pointer } from '../../model/plan.ts';
import { covers, segmentsOf } from '../../model/pointer.ts';
import { schemasAt, typesOf } from './schema-paths.ts';

/** Whether a place takes no number with a fraction, however its contract says so. */
export function takesWholeNumbersOnly(schemas: readonly JsonObject[]): boolean {
  if (schemas.some(allowsWholeOnly)) return true;
  const types = schemas.flatMap(typesOf);
  return types.includes('integer') && !types.includes('number');
}

function allowsWholeOnly(schema: JsonObject): boolean {
  const { multipleOf, format } = schema;
  if (isWhole(multipleOf)) return true;
  if (typeof format === 'string' && /^u?int\d*$/.test(format)) return true;
  const listed = Array.isArray(schema['enum']) ? schema['enum'] : [schema['const'] ?? null];
  const numbers = listed.filter(isAnyNumber);
  return numbers.length > 0 && numbers.every(isWhole);
}

const isWhole = (value: Json | undefined): boolean =>
  value !== undefined && isAnyNumber(value) && isWholeNumber(value);

/**
 * A text becomes a whole number by a cast to `integer` alone: one to `number` or `decimal` would take `20.00` for 20, where the unit is
 * another one (euros, and not cents). The reason why a plan must not be used, or undefined.
 */
export function checkWholeNumbers({ operations }: Plan, { jsonSchema }: Pick<Contract, 'jsonSchema'>) {
  for (const [at, operation] of operations.entries()) {
    if (operation.op !== 'cast' || (operation.to !== 'number' && operation.to !== 'decimal')) continue;
    const path = endOf(operation.path, operations.slice(at + 1));
    if (takesWholeNumbersOnly(schemasAt(jsonSchema, segmentsOf(path))))
      return `operation ${at} (cast): ${path} takes whole numbers only; cast to integer, which refuses a fraction`;
  }
  return undefined;
}

/** Where the value at a path is in the end. */
function endOf(path: Pointer, later: Plan['operations']): Pointer {
  let end = path;
  for (const operation of later)
    if ((operation.op === 'move' || operation.op === 'copy') && covers(operation.from, end))
      end = operation.to + end.slice(operation.from.length);
  return end;
}
