import type { Failure, Healer, Proposal } from '../healer.ts';
import type { Operation } from '../plan.ts';
import { tryPlan } from '../trial.ts';
import { candidatesOf } from './heuristics/candidates.ts';
import { findMissing, reshape } from './heuristics/find.ts';
import type { Found, Search } from './heuristics/search.ts';
import { wordsOf, sharedPrefixes } from './heuristics/names.ts';
import { declaredPaths, fieldsOf, targetsOf } from './heuristics/targets.ts';

export interface HeuristicsOptions {
  /** Smallest evidence of a name, 0 to 1. Default 0.8. */
  threshold?: number;
}

/**
 * Repairs what can be told from names and values alone: a field under another spelling, nested or flattened, wrapped,
 * or of another type. A field is taken for a missing one only when its name says so, its value fits, and no other field
 * could be meant; else it refuses, since a repair that is valid but wrong is worse than a dead letter.
 */
export function heuristicsHealer({ threshold = 0.8 }: HeuristicsOptions = {}): Healer {
  return {
    name: 'heuristics',
    propose: async (failure) => propose(failure, threshold),
  };
}

function propose(failure: Failure, threshold: number): Proposal {
  const operations: Operation[] = [];
  const evidence: string[] = [];
  /** Source → target. The elements of an array share both. */
  const taken = new Map<string, string>();

  for (const found of repairsOf(failure, threshold)) {
    if (!found.ok) return { kind: 'refused', reason: found.reason };
    const { from, to } = found;
    if (from !== undefined && (taken.get(from) ?? to) !== to)
      return { kind: 'refused', reason: `${from} could be ${taken.get(from)} or ${to}` };
    if (from !== undefined) taken.set(from, to);
    for (const operation of found.operations)
      if (!operations.some((known) => JSON.stringify(known) === JSON.stringify(operation)))
        operations.push(operation);
    if (!evidence.includes(found.evidence)) evidence.push(found.evidence);
  }
  if (operations.length === 0)
    return { kind: 'refused', reason: 'no field of the event tells how to repair it' };

  const plan = { operations };
  const tried = tryPlan(failure, plan);
  return tried.ok ? { kind: 'plan', plan, evidence } : { kind: 'refused', reason: tried.error.reason };
}

function* repairsOf(failure: Failure, threshold: number): Generator<Found> {
  const { contract, event, violations } = failure;
  const { missing, malformed, hopeless } = targetsOf(violations, event);
  if (hopeless !== undefined) {
    const { path, message } = hopeless;
    const place = path === '' ? 'the event' : path;
    yield { ok: false, reason: `${place}: no change of structure mends this: ${message}` };
    return;
  }
  const search: Search = {
    failure,
    threshold,
    candidates: candidatesOf(event, contract.jsonSchema),
    declared: declaredPaths(contract.jsonSchema),
    entity: new Set([
      ...[contract.name, contract.table].flatMap(wordsOf),
      ...sharedPrefixes(Object.keys(event)),
    ]),
  };
  for (const path of missing) yield* findOrGather(search, path);
  for (const path of malformed) yield reshape(search, path);
}

/** A missing field; when an object is nowhere as a whole, its fields, since it may have been flattened. */
function* findOrGather(search: Search, path: string[]): Generator<Found> {
  const whole = findMissing(search, path);
  const fields = whole.ok ? [] : fieldsOf(path, search.failure.contract.jsonSchema);
  if (fields.length === 0) yield whole;
  for (const field of fields) yield* findOrGather(search, field);
}
