import type { Contract } from '../../../contracts/contract.ts';
import { type Json, type JsonObject, isObject } from '../../../json.ts';
import { Draft, sameJson } from '../../draft.ts';
import { type InPlaceOperation, transformOf } from '../../in-place.ts';
import { pointerOf } from '../../pointer.ts';
import { listedValues, schemasAt, typesOf } from '../../schema-paths.ts';
import { castsFor } from './casts.ts';
import { spellingMap } from './enums.ts';

export type ValueFit =
  /** The operations on the path that make the value fit; none when it does as it is. */
  | { kind: 'fits'; operations: InPlaceOperation[] }
  /** Several ways, with different results. */
  | { kind: 'ambiguous' }
  | { kind: 'none' };

/**
 * How a value can stand at a path of the contract, without losing or guessing: as it is, or after one lossless change of
 * its form. When two changes fit and give different values, nobody can tell which is meant.
 */
export function fitValue(
  contract: Contract,
  event: JsonObject,
  path: readonly string[],
  value: Json,
): ValueFit {
  if (fits(contract, event, path, value)) return { kind: 'fits', operations: [] };
  const working: { operations: InPlaceOperation[]; result: Json }[] = [];
  for (const operations of changesFor(contract, path, value)) {
    // What fits already needs no further change.
    if (working.some((done) => done.operations.every((step, at) => sameStep(step, operations[at])))) continue;
    const result = applyAll(operations, value);
    if (result === undefined || !fits(contract, event, path, result)) continue;
    if (!working.some((other) => sameJson(other.result, result))) working.push({ operations, result });
  }
  const [only, ...others] = working;
  if (only === undefined) return { kind: 'none' };
  return others.length === 0 ? { kind: 'fits', operations: only.operations } : { kind: 'ambiguous' };
}

const sameStep = (a: InPlaceOperation, b: InPlaceOperation | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** Whether the contract has nothing against this value at this path, whatever else is wrong with the event. */
function fits(contract: Contract, event: JsonObject, path: readonly string[], value: Json): boolean {
  const draft = new Draft(event);
  if (!draft.set(path, value)) return false;
  const validation = contract.validate(draft.value);
  if (validation.ok) return true;
  const pointer = pointerOf(path);
  return !validation.violations.some(({ path: at }) => at === pointer || at.startsWith(`${pointer}/`));
}

function applyAll(operations: readonly InPlaceOperation[], value: Json): Json | undefined {
  let result = value;
  for (const operation of operations) {
    const changed = transformOf(operation)(result);
    if (!changed.ok) return undefined;
    result = changed.value;
  }
  return result;
}

/** Changes worth trying, each a list of operations on the path. */
function* changesFor(
  contract: Contract,
  path: readonly string[],
  value: Json,
): Generator<InPlaceOperation[]> {
  const pointer = pointerOf(path);
  const schemas = schemasAt(contract.jsonSchema, path);
  const wanted = new Set(schemas.flatMap(typesOf));

  if (Array.isArray(value)) {
    const [inner, ...others] = value;
    if (inner === undefined || others.length > 0 || wanted.has('array')) return;
    yield [{ op: 'unwrap', path: pointer }];
    for (const operations of changesFor(contract, path, inner))
      yield [{ op: 'unwrap', path: pointer }, ...operations];
    return;
  }
  if (wanted.has('array')) yield [{ op: 'wrap', path: pointer }];
  if (isObject(value)) return;
  for (const wish of castsFor(value, schemas)) yield [{ op: 'cast', path: pointer, ...wish }];
  if (typeof value !== 'string') return;

  if (wanted.has('object') || wanted.has('array')) yield [{ op: 'parse', path: pointer }];
  const listed = listedValues(contract.jsonSchema, path);
  if (listed.length > 0 || schemas.some(isLetterCode)) {
    yield [{ op: 'lower', path: pointer }];
    yield [{ op: 'upper', path: pointer }];
  }
  const values = spellingMap(value, listed);
  if (values !== undefined) yield [{ op: 'map', path: pointer, values }];
  if (value === value.trim()) return;
  yield [{ op: 'trim', path: pointer }];
  for (const operations of changesFor(contract, path, value.trim()))
    yield [{ op: 'trim', path: pointer }, ...operations];
}

/** Codes of letters in one case, such as those of currencies and countries. Elsewhere case may tell values apart. */
function isLetterCode({ pattern }: JsonObject): boolean {
  return typeof pattern === 'string' && /^\^\[(A-Z|a-z)\]\{\d(,\d)?\}\$$/.test(pattern);
}
