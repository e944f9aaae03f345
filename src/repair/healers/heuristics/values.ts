import { type Json, type JsonObject, isObject, sameJson } from '../../../model/json.ts';
import type { Violation } from '../../../model/violation.ts';
import type { Contract } from '../../../contracts/contract.ts';
import type { Failure } from '../../healing/healer.ts';
import { genericPointer, pointerOf, segmentsOf, valueAt } from '../../../model/pointer.ts';
import { schemasAt } from '../../plans/schema-paths.ts';
import { type Change, applyChanges, changesFor } from './changes.ts';
import { fieldsOf } from './declared.ts';
import { type Faults, createFaults } from './faults.ts';
import { foldedName, wordsOf } from './names.ts';
import { type PeerValues, peerValues } from './peers.ts';
import { timesInZone } from './zoned-time.ts';

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
  presume: Faults['presume'];
}

/** More faults than that within an object speak against its being the one that is missing. */
const maxFaultsWithin = 12;

export function createFitter(failure: Failure): Fitter {
  const { contract, event, peers = [] } = failure;
  const { jsonSchema } = contract;
  const faults = createFaults(failure);

  function fit({ path, value, from, at }: Placement): ValueFit {
    const asItIs = faults.at(path, value);
    if (asItIs?.length === 0) return { kind: 'fits', changes: [] };
    const others: PeerValues | undefined =
      from === undefined || peers.length === 0
        ? undefined
        : peerValues(peers, from, jsonSchema, starred(path, event));
    const tried: Change[][] = [];
    const working: { changes: Change[]; result: Json }[] = [];
    let nearly: Change[] | undefined =
      asItIs !== undefined && isNearly(contract, path, value, asItIs) ? [] : undefined;
    for (const changes of [...changesFor(jsonSchema, path, value), ...(others?.changes ?? [])]) {
      // What fits already needs no further change.
      if (working.some((done) => done.changes.every((step, at) => sameChange(step, changes[at])))) continue;
      if (tried.some((other) => sameChange(other, changes))) continue;
      tried.push(changes);
      const result = applyChanges(changes, value);
      if (result === undefined || others?.allow(changes, value) === false) continue;
      if (working.some((other) => sameJson(other.result, result))) continue;
      const left = faults.at(path, result);
      if (left?.length === 0) working.push({ changes, result });
      else if (left !== undefined && isNearly(contract, path, result, left)) nearly ??= changes;
    }
    if (working.length === 0 && at !== undefined)
      for (const read of inZone(path, value, at))
        if (!working.some(({ result }) => result === read.result)) working.push(read);
    const [only, ...more] = working;
    if (only !== undefined)
      return more.length === 0 ? { kind: 'fits', changes: only.changes } : { kind: 'ambiguous' };
    return nearly === undefined ? { kind: 'none' } : { kind: 'nearly', changes: nearly };
  }

  /** A time without a zone, in the zone that the event names beside it. */
  function inZone(path: readonly string[], value: Json, at: readonly string[]) {
    if (typeof value !== 'string' || !schemasAt(jsonSchema, path).some(isMoment)) return [];
    return timesInZone(event, peers, at, value).filter(({ result }) => faults.at(path, result)?.length === 0);
  }

  return { fit, presume: faults.presume };
}

/** An object, or a list of objects, that has most of what the contract asks for, and whose faults are those of drift. */
function isNearly(
  contract: Contract,
  path: readonly string[],
  value: Json,
  within: readonly Violation[],
): boolean {
  const pointer = pointerOf(path);
  if (within.length === 0 || within.some((violation) => violation.path === pointer)) return false;
  const items = Array.isArray(value) ? value : [value];
  if (!items.every((item) => isObject(item))) return false;
  const below = within.map((violation) => segmentsOf(violation.path.slice(pointer.length)));
  const faults = new Set(
    below
      .filter((fault, at) => within[at]!.code !== 'required' || !isRespelled(contract, path, value, fault))
      .map((fault) => fault.filter((segment) => !/^\d+$/.test(segment)).join('/')),
  );
  if (faults.size > maxFaultsWithin) return false;
  const { names } = fieldsOf(contract.jsonSchema, Array.isArray(value) ? [...path, '*'] : path);
  const known = new Set(names.map((name) => foldedName(wordsOf(name))));
  const isKnown = (name: string) => known.has(foldedName(wordsOf(name)));
  return items.every((item) => Object.keys(item).filter(isKnown).length > faults.size);
}

const starred = (path: readonly string[], event: JsonObject): string[] =>
  genericPointer(pointerOf(path), event)
    .split('/')
    .slice(1)
    .map((segment, at) => (segment === '*' ? '*' : path[at]!));

/** Whether what is missing stands beside its place, in another spelling or under an alias. */
function isRespelled(
  { aliases }: Contract,
  path: readonly string[],
  value: Json,
  missing: readonly string[],
): boolean {
  const around = valueAt(value, missing.slice(0, -1));
  const pointer = pointerOf([...path, ...missing].map((segment) => (/^\d+$/.test(segment) ? '*' : segment)));
  const meant = [missing.at(-1)!, ...(aliases[pointer] ?? [])].map((name) => foldedName(wordsOf(name)));
  return isObject(around) && Object.keys(around).some((name) => meant.includes(foldedName(wordsOf(name))));
}

const isMoment = ({ format }: JsonObject): boolean => format === 'date-time';

const sameChange = (a: Change | readonly Change[], b: Change | readonly Change[] | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);
