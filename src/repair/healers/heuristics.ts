import type { Failure, Healer, Proposal } from '../healer.ts';
import type { Operation } from '../plan.ts';
import { pointerOf, valueAt } from '../pointer.ts';
import { tryPlan } from '../trial.ts';
import { type Candidate, candidatesOf } from './heuristics/candidates.ts';
import { compareNames, wordsOf } from './heuristics/names.ts';
import { type Targets, leavesBelow, targetsOf } from './heuristics/targets.ts';
import { fitValue } from './heuristics/values.ts';

export interface HeuristicsOptions {
  /** Smallest evidence of a name, 0 to 1. Default 0.8. */
  threshold?: number;
}

/** Part of a plan, with the reason to believe it; or why there is none. */
type Found =
  { ok: true; operations: Operation[]; evidence: string; from?: string } | { ok: false; reason: string };

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
  const { event, violations } = failure;
  const targets = targetsOf(violations, event);
  if (targets.hopeless !== undefined) {
    const { path, message } = targets.hopeless;
    return {
      kind: 'refused',
      reason: `${path === '' ? 'the event' : path}: no change of structure mends this: ${message}`,
    };
  }

  const operations: Operation[] = [];
  const evidence: string[] = [];
  const taken = new Set<string>();
  for (const found of search(failure, targets, threshold)) {
    if (!found.ok) return { kind: 'refused', reason: found.reason };
    if (found.from !== undefined && taken.has(found.from))
      return { kind: 'refused', reason: `${found.from} could be meant for more than one field` };
    if (found.from !== undefined) taken.add(found.from);
    for (const operation of found.operations)
      if (!operations.some((known) => JSON.stringify(known) === JSON.stringify(operation)))
        operations.push(operation);
    evidence.push(found.evidence);
  }
  if (operations.length === 0)
    return { kind: 'refused', reason: 'no field of the event tells how to repair it' };

  const plan = { operations };
  const tried = tryPlan(failure, plan);
  return tried.ok ? { kind: 'plan', plan, evidence } : { kind: 'refused', reason: tried.error.reason };
}

function* search(failure: Failure, { missing, malformed }: Targets, threshold: number): Generator<Found> {
  const candidates = candidatesOf(failure.event, failure.contract.jsonSchema);
  for (const path of missing) {
    const find = (target: string[]) => findMissing(failure, candidates, target, threshold);
    const whole = find(path);
    // An object that is nowhere as a whole may have been flattened.
    if (whole.ok) yield whole;
    else yield* leavesBelow(path, failure.contract.jsonSchema).map(find);
  }
  for (const path of malformed) yield reshape(failure, path);
}

/** The one field that is meant by a missing path. */
function findMissing(
  { contract, event }: Failure,
  candidates: readonly Candidate[],
  path: string[],
  threshold: number,
): Found {
  const pointer = pointerOf(path);
  const names = [path.flatMap(wordsOf), ...aliasesOf(contract.aliases[pointer], path)];
  const entity = new Set([contract.name, contract.table].flatMap(wordsOf));

  const plausible: { candidate: Candidate; operations: Operation[]; reason: string }[] = [];
  const rivals: Candidate[] = [];
  for (const candidate of candidates) {
    const byName = names
      .map((words, index) => ({ ...compareNames(candidate.words, words, entity), isAlias: index > 0 }))
      .reduce((best, next) => (next.score > best.score ? next : best));
    const isNamed = byName.score >= threshold;
    if (!isNamed && !names[0]!.every((word) => candidate.words.includes(word))) continue;
    const fit = fitValue(contract, event, path, candidate.value);
    if (fit.kind === 'none') continue;
    if (!isNamed) rivals.push(candidate);
    else if (fit.kind === 'ambiguous')
      return { ok: false, reason: `${pointerOf(candidate.path)} can be read in more than one way` };
    else {
      const reason = byName.isAlias ? 'an alias of the contract' : byName.reason;
      plausible.push({ candidate, operations: fit.operations, reason });
    }
  }

  const [only, ...others] = plausible;
  if (only === undefined)
    return { ok: false, reason: `${pointer} is missing, and no other field is named like it and fits` };
  const alsoPossible = [...others.map(({ candidate }) => candidate), ...rivals].find(
    ({ path }) => !isBelow(path, only.candidate.path),
  );
  if (alsoPossible !== undefined)
    return {
      ok: false,
      reason: `${pointer} could be ${pointerOf(only.candidate.path)} or ${pointerOf(alsoPossible.path)}`,
    };

  const { candidate, operations, reason } = only;
  const from = pointerOf(candidate.path);
  return {
    ok: true,
    from,
    operations: [...candidate.preparation, { op: 'move', from, to: pointer }, ...operations],
    evidence: `${from} is ${pointer}: ${reason}${described(operations)}`,
  };
}

/** What lies within a field moves with it. */
function isBelow(path: readonly string[], ancestor: readonly string[]): boolean {
  return path.length > ancestor.length && ancestor.every((segment, index) => path[index] === segment);
}

/** An alias is a field name beside the target, or a path of its own. */
function aliasesOf(aliases: readonly string[] | undefined, path: readonly string[]): string[][] {
  return (aliases ?? []).map((alias) =>
    alias.startsWith('/')
      ? alias.slice(1).split('/').flatMap(wordsOf)
      : [...path.slice(0, -1), alias].flatMap(wordsOf),
  );
}

/** A declared field whose value has another form than the contract wants. */
function reshape({ contract, event }: Failure, path: string[]): Found {
  const pointer = pointerOf(path);
  const fit = fitValue(contract, event, path, valueAt(event, path)!);
  if (fit.kind === 'ambiguous') return { ok: false, reason: `${pointer} can be read in more than one way` };
  if (fit.kind === 'none')
    return { ok: false, reason: `${pointer} has a value that no lossless change makes fit` };
  const operations = fit.operations.map((operation) => ({ ...operation, path: generic(path) }) as Operation);
  return { ok: true, operations, evidence: `${pointer} fits${described(operations)}` };
}

/** The same change for every element of an array, so that the rule does not depend on a position. */
function generic(path: readonly string[]): string {
  return pointerOf(path.map((segment) => (/^\d+$/.test(segment) ? '*' : segment)));
}

function described(operations: readonly Operation[]): string {
  if (operations.length === 0) return '';
  return ` after ${operations.map((operation) => (operation.op === 'cast' ? `a cast to ${operation.to}` : operation.op)).join(' and ')}`;
}
