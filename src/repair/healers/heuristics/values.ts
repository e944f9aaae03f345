import { isAnyNumber, isWholeNumber } from '../../../model/exact-number.ts';
import { type Json, type JsonObject, isObject, isContainer, sameJson } from '../../../model/json.ts';
import type { Violation } from '../../../model/violation.ts';
import { Draft } from '../../plans/draft.ts';
import type { Failure } from '../../healing/healer.ts';
import { genericPointer, pointerOf, segmentsOf, valueAt } from '../../../model/pointer.ts';
import { schemasAt, typesOf } from '../../plans/schema-paths.ts';
import { type Change, applyChanges, changesFor } from './changes.ts';
import { fieldsOf } from './declared.ts';
import { foldedName, wordsOf } from './names.ts';
import { type PeerValues, peerValues } from './peers.ts';
import { zoneBeside } from './zone-beside.ts';

export type ValueFit =
  /** The changes that make the value fit; none when it does as it is. */
  | { kind: 'fits'; changes: Change[] }
  /** It is an object of the right sort, in which some fields have drifted themselves. */
  | { kind: 'nearly'; changes: Change[] }
  /** Several ways, with different results. */
  | { kind: 'ambiguous' }
  | { kind: 'none' };

export interface Placement {
  /** With the indexes of arrays. */
  path: readonly string[];
  value: Json;
  /** Where the value stands now, `*` for array indexes; absent when it has to be unpacked first. */
  from?: string;
  /** The same with the indexes of arrays. */
  at?: readonly string[];
}

export interface Fitter {
  /**
   * How a value can stand at a path of the contract, without losing or guessing: as it is, or after one lossless change
   * of its form that also reads what the peers have there. When two changes fit and give different values, nobody can
   * tell which is meant.
   */
  fit(placement: Placement): ValueFit;
  /** Looks at many values at once: those that fit beside each other cost nothing afterwards. */
  presume(placements: readonly Placement[]): void;
}

/** What all validations of one proposal may read, in single values; a GitHub event of 25 KB has a thousand. */
const maxValuesRead = 15_000;
/** To tell what is wrong takes longer than to see that all is well. */
const valuesPerViolation = 10;
/** More faults than that within an object speak against its being the one that is missing. */
const maxFaultsWithin = 12;

export function createFitter({ contract, event, peers = [] }: Failure): Fitter {
  const known = new Map<string, Map<Json, readonly Violation[]>>();
  let budget = maxValuesRead;

  /** What the contract has against this value at this path, whatever else is wrong; undefined when it can't be known. */
  function faults(path: readonly string[], value: Json): readonly Violation[] | undefined {
    const pointer = pointerOf(path);
    const before = known.get(pointer)?.get(value);
    if (before !== undefined) return before;
    if (budget <= 0) return undefined;
    const draft = new Draft(along(event, path));
    if (!draft.set(path, value)) return undefined;
    const validation = contract.validate(draft.value);
    budget -=
      countValues(draft.value) + (validation.ok ? 0 : validation.violations.length * valuesPerViolation);
    const found = validation.ok ? [] : validation.violations.filter(isAtOrBelow(pointer));
    remember(pointer, value, found);
    return found;
  }

  function remember(pointer: string, value: Json, found: readonly Violation[]): void {
    known.set(pointer, (known.get(pointer) ?? new Map<Json, readonly Violation[]>()).set(value, found));
  }

  function fit({ path, value, from, at }: Placement): ValueFit {
    const asItIs = couldStand(path, value) ? faults(path, value) : undefined;
    if (asItIs?.length === 0) return { kind: 'fits', changes: [] };
    const others: PeerValues | undefined =
      from === undefined || peers.length === 0
        ? undefined
        : peerValues(peers, from, contract.jsonSchema, starred(path));
    const tried: Change[][] = [];
    const working: { changes: Change[]; result: Json }[] = [];
    let nearly: Change[] | undefined = asItIs !== undefined && isNearly(path, value, asItIs) ? [] : undefined;
    for (const changes of [...changesFor(contract.jsonSchema, path, value), ...(others?.changes ?? [])]) {
      // What fits already needs no further change.
      if (working.some((done) => done.changes.every((step, at) => sameChange(step, changes[at])))) continue;
      if (tried.some((other) => sameChange(other, changes))) continue;
      tried.push(changes);
      const result = applyChanges(changes, value);
      if (result === undefined || others?.allow(changes) === false) continue;
      if (working.some((other) => sameJson(other.result, result))) continue;
      const left = couldStand(path, result) ? faults(path, result) : undefined;
      if (left?.length === 0) working.push({ changes, result });
      else if (left !== undefined && isNearly(path, result, left)) nearly ??= changes;
    }
    if (working.length === 0 && at !== undefined) working.push(...inZone(path, value, at));
    const [only, ...more] = working;
    if (only !== undefined)
      return more.length === 0 ? { kind: 'fits', changes: only.changes } : { kind: 'ambiguous' };
    return nearly === undefined ? { kind: 'none' } : { kind: 'nearly', changes: nearly };
  }

  /** A time without a zone, in the zone that the event names beside it. */
  function inZone(path: readonly string[], value: Json, at: readonly string[]) {
    if (typeof value !== 'string' || !schemasAt(contract.jsonSchema, path).some(isMoment)) return [];
    const beside = zoneBeside(event, at);
    if (beside === undefined) return [];
    const changes: Change[] = [{ op: 'cast', to: 'datetime', zone_from: beside.from }];
    const result = applyChanges(changes, value, beside.zone);
    return result === undefined || faults(path, result)?.length !== 0 ? [] : [{ changes, result }];
  }

  /** An object, or a list of objects, that has most of what the contract asks for, and whose faults are those of drift. */
  function isNearly(path: readonly string[], value: Json, within: readonly Violation[]): boolean {
    const pointer = pointerOf(path);
    if (within.length === 0 || within.some((violation) => violation.path === pointer)) return false;
    const items = Array.isArray(value) ? value : [value];
    if (!items.every((item) => isObject(item))) return false;
    const below = within.map((violation) => segmentsOf(violation.path.slice(pointer.length)));
    const faults = new Set(
      below
        .filter((fault, at) => within[at]!.code !== 'required' || !isRespelled(value, fault))
        .map((fault) => fault.filter((segment) => !/^\d+$/.test(segment)).join('/')),
    );
    if (faults.size > maxFaultsWithin) return false;
    const { names } = fieldsOf(contract.jsonSchema, Array.isArray(value) ? [...path, '*'] : path);
    const known = new Set(names.map((name) => foldedName(wordsOf(name))));
    const isKnown = (name: string) => known.has(foldedName(wordsOf(name)));
    return items.every((item) => Object.keys(item).filter(isKnown).length > faults.size);
  }

  /** Cheaper than a validation: what has another type than each that the contract names there can't fit. */
  function couldStand(path: readonly string[], value: Json): boolean {
    const schemas = schemasAt(contract.jsonSchema, path);
    if (schemas.length === 0 || schemas.some((schema) => typesOf(schema).length === 0)) return true;
    const types = new Set(schemas.flatMap(typesOf));
    if (Array.isArray(value)) return types.has('array');
    if (value === null) return types.has('null');
    if (isAnyNumber(value)) return types.has('number') || (types.has('integer') && isWholeNumber(value));
    return types.has(typeof value);
  }

  const starred = (path: readonly string[]): string[] =>
    genericPointer(pointerOf(path), event)
      .split('/')
      .slice(1)
      .map((segment, at) => (segment === '*' ? '*' : path[at]!));

  return {
    fit,
    presume(placements) {
      const draft = new Draft(event);
      const placed = placements.filter(
        ({ path, value }) => couldStand(path, value) && draft.set(path, value),
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

/** Whether what is missing stands beside its place, in another spelling. */
function isRespelled(value: Json, missing: readonly string[]): boolean {
  const around = valueAt(value, missing.slice(0, -1));
  const meant = foldedName(wordsOf(missing.at(-1)!));
  return isObject(around) && Object.keys(around).some((name) => foldedName(wordsOf(name)) === meant);
}

const isMoment = ({ format }: JsonObject): boolean => format === 'date-time';

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

const sameChange = (a: Change | readonly Change[], b: Change | readonly Change[] | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);
