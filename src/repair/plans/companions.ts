import type { Contract } from '../../contracts/contract.ts';
import { isAnyNumber } from '../../model/exact-number.ts';
import { type Json, type JsonObject, isContainer, isObject } from '../../model/json.ts';
import type { Plan, Pointer } from '../../model/plan.ts';
import { bind, bindings, pointerOf, segmentsOf, valueAt } from '../../model/pointer.ts';
import { wordsOf } from '../healers/heuristics/names.ts';
import { type Measured, type Telling, completes } from './meaning/completing.ts';
import { pathsOf } from './operation-paths.ts';
import { isDeclared, schemasAt, typesOf } from './schema-paths.ts';
import { byShape } from './shapes.ts';

/** What beside a value says more of it than its field can hold; undefined when nothing does. */
export type CompanionCheck = (event: JsonObject, result: JsonObject) => string | undefined;

/** A value that a plan moves or casts, and where it stands before and after. */
interface Taken extends Measured {
  to: Pointer;
  places: readonly (readonly string[])[];
}

/** An undeclared field that may complete a value. */
interface Companion {
  path: readonly string[];
  telling: Telling;
  taken: Taken;
}

/**
 * A value that has drifted is taken only while nothing undeclared beside it says its unit, sign, scale or exponent: `500` beside
 * `amount_unit: "cents"` is no `amount` of 500. What a contract declares besides is its own business, and so is an event that has not
 * drifted. Names are looked at once for each shape, and values only of fields whose names tell something.
 */
export function compileCompanions(plan: Plan, contract: Contract): CompanionCheck | undefined {
  const taken = takenBy(plan, contract);
  if (taken.length === 0) return undefined;
  const reads = new Set(plan.operations.flatMap((operation) => pathsOf(operation).reads));
  const removed = plan.operations.flatMap((operation) => (operation.op === 'remove' ? [operation.path] : []));
  const isFree = (path: readonly string[]): boolean =>
    !reads.has(pointerOf(path)) && !isDeclared(contract.jsonSchema, path);
  const companionsOf = byShape((event: JsonObject, result: JsonObject) =>
    taken.flatMap((one) => [
      ...companionsIn(result, one, isFree),
      // What a plan takes away has said it all the same.
      ...removed.flatMap((pointer) =>
        companionAt(segmentsOf(pointer), one, valueAt(event, segmentsOf(pointer))),
      ),
    ]),
  );
  return (event, result) => {
    const companions = companionsOf(event, result);
    for (const { path, telling, taken: one } of companions)
      for (const holder of [result, event])
        for (const indexes of bindings(holder, path) ?? []) {
          const value = valueAt(holder, bind(path, indexes));
          if (
            value !== undefined &&
            telling.saysMore(value, ...meantBy(result, one.to, indexes)) &&
            (telling.isNamed || !isOfAnother(holder, path, indexes, one))
          )
            return `${pointerOf(path)} says more of the value at ${one.to}, and the contract does not declare it`;
        }
    return undefined;
  };
}

/** What a plan has put at a place, and the object around it. */
function meantBy(
  result: JsonObject,
  to: Pointer,
  indexes: readonly string[],
): [Json | undefined, JsonObject] {
  const path = segmentsOf(to);
  if (path.filter((segment) => segment === '*').length > indexes.length) return [undefined, {}];
  const around = valueAt(result, bind(path.slice(0, -1), indexes));
  return [valueAt(result, bind(path, indexes)), around !== undefined && isObject(around) ? around : {}];
}

/** In an object of its own, a unit or a sign may be that of a number in there. */
function isOfAnother(
  holder: JsonObject,
  path: readonly string[],
  indexes: readonly string[],
  { places }: Taken,
): boolean {
  const place = path.slice(0, -1);
  if (places.some((other) => pointerOf(other) === pointerOf(place))) return false;
  const around = valueAt(holder, bind(place, indexes));
  return (
    isObject(around) &&
    Object.entries(around).some(([name, value]) => name !== path.at(-1) && isAnyNumber(value))
  );
}

/** The numbers, times and numbers to call that a plan brings to a place, or reads from text. */
function takenBy({ operations }: Plan, { jsonSchema }: Contract): Taken[] {
  const found = new Map<string, Taken>();
  for (const operation of operations) {
    const { reads, writes } = pathsOf(operation);
    for (const to of writes) {
      const target = segmentsOf(to);
      const name = target.findLast((segment) => segment !== '*');
      const isCast = operation.op === 'cast' && reads.includes(to);
      if (name === undefined || (reads.includes(to) && !isCast)) continue;
      const sort = sortOf(jsonSchema, target, isCast);
      if (sort === undefined) continue;
      for (const from of reads) {
        const source = segmentsOf(from);
        const names = [...new Set([name, source.findLast((segment) => segment !== '*')!])];
        found.set(`${from} ${to}`, {
          to,
          sort,
          names: names.map(wordsOf),
          places: placesOf([source, target]),
        });
      }
    }
  }
  return [...found.values()];
}

function sortOf(
  jsonSchema: JsonObject,
  path: readonly string[],
  isCast: boolean,
): Measured['sort'] | undefined {
  const schemas = schemasAt(jsonSchema, path);
  const types = schemas.flatMap(typesOf);
  if (types.includes('object') || types.includes('array')) return undefined;
  const formats = schemas.map(({ format }) => format);
  if (formats.includes('decimal') || types.includes('number') || types.includes('integer')) return 'number';
  if (formats.includes('date-time') || formats.includes('date')) return isCast ? 'clock' : 'time';
  if (wordsOf(path.at(-1)!).includes('phone')) return 'phone';
  return types.includes('string') &&
    schemas.every((schema) => Object.keys(schema).every((key) => !telling.has(key)))
    ? 'text'
    : undefined;
}

/** Keywords of a text that has a form of its own. */
const telling: ReadonlySet<string> = new Set(['enum', 'const', 'format', 'pattern']);

/** The objects around some paths, the innermost first. */
const placesOf = (paths: readonly (readonly string[])[]): string[][] => {
  const places = new Map<string, string[]>();
  for (const path of paths)
    for (let depth = path.length - 1; depth >= 0; depth--)
      if (path[depth] !== '*') places.set(pointerOf(path.slice(0, depth)), path.slice(0, depth));
  return [...places.values()];
};

/** In the objects around a value, and in those beside it. */
function companionsIn(
  result: JsonObject,
  taken: Taken,
  isFree: (path: readonly string[]) => boolean,
): Companion[] {
  const own = new Set(taken.places.map(pointerOf));
  return taken.places.flatMap((place) =>
    objectsAt(result, place).flatMap((around) =>
      Object.keys(around).flatMap((key) => {
        const path = [...place, key];
        const value = around[key]!;
        if (!isObject(value)) return isFree(path) ? companionAt(path, taken, value, around) : [];
        if (own.has(pointerOf(path))) return [];
        return Object.keys(value).flatMap((inner) =>
          isFree([...path, inner]) ? companionAt([...path, inner], taken, value[inner], value) : [],
        );
      }),
    ),
  );
}

const objectsAt = (result: JsonObject, place: readonly string[]): JsonObject[] =>
  (bindings(result, place) ?? [])
    .map((indexes) => valueAt(result, bind(place, indexes)))
    .filter((one) => one !== undefined && isObject(one));

function companionAt(
  path: readonly string[],
  taken: Taken,
  value: Json | undefined,
  beside: JsonObject = {},
): Companion[] {
  if (value === undefined || isContainer(value)) return [];
  const telling = completes(path.at(-1)!, taken, beside);
  return telling === undefined ? [] : [{ path, telling, taken }];
}
