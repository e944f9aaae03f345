import type { Failure, Healer, Proposal } from '../../healing/healer.ts';
import type { Operation, Plan } from '../../../model/plan.ts';
import type { Violation } from '../../../model/violation.ts';
import { tryPlan } from '../../plans/trial.ts';
import { misnamedIn } from '../../plans/whole.ts';
import { changeFeed } from './change-feed.ts';
import { namedLike } from './evidence.ts';
import { targetAt } from './target.ts';
import { findMissing, reshape } from './find.ts';
import { gatherObject } from './gather.ts';
import { findLeftovers } from './leftovers.ts';
import { fieldsOf } from './declared.ts';
import { sameName } from './compare.ts';
import { findJoined } from './join.ts';
import { inOrder } from './order.ts';
import { findSplit } from './split.ts';
import { type Found, type Search, searchFor } from './search.ts';
import { hasTooManyFields } from './size.ts';
import { targetsOf } from './targets.ts';
import { covers } from '../../../model/pointer.ts';

export interface HeuristicsOptions {
  /** Smallest evidence of a name, 0 to 1. Default 0.8. */
  threshold?: number;
}

/**
 * Repairs what can be told from names and values alone: a field under another spelling, nested or flattened, wrapped,
 * split, joined, or of another type. A field is taken for a missing one only when its name says so, its value fits, and
 * no other field could be meant; else it refuses, since a repair that is valid but wrong is worse than a dead letter.
 */
export function heuristicsHealer({ threshold = 0.8 }: HeuristicsOptions = {}): Healer {
  return {
    name: 'heuristics',
    mode: 'inline',
    propose: async (failure) => propose(failure, threshold),
  };
}

/** A field that was found again may have drifted within, and what is in there again: so often it is looked at. */
const maxRounds = 3;

function propose(failure: Failure, threshold: number): Proposal {
  if (hasTooManyFields(failure.event))
    return { kind: 'refused', reason: 'the event has too many fields to compare their names' };
  const plan: Plan = { operations: [] };
  const evidence: string[] = [];
  let left = failure;
  for (let round = 1; round <= maxRounds; round++) {
    const found = repair(searchFor(left, threshold));
    if (!found.ok) return { kind: 'refused', reason: found.reason };
    plan.operations.push(...found.operations);
    evidence.push(...found.evidence);
    const tried = tryPlan(failure, plan);
    if (tried.ok) return { kind: 'plan', plan, evidence };
    const { reason, remaining, event } = tried.error;
    if (remaining === undefined || event === undefined || round === maxRounds)
      return { kind: 'refused', reason };
    left = { ...failure, event, violations: remaining, peers: [] };
  }
  return { kind: 'refused', reason: 'the event drifted in too many ways at once' };
}

type Repair = { ok: true; operations: Operation[]; evidence: string[] } | { ok: false; reason: string };

function repair(search: Search): Repair {
  const operations = new Map<string, Operation>();
  const evidence = new Set<string>();
  /** Source → targets. The elements of an array share both. */
  const taken = new Map<string, string>();
  const filled = new Set<string>();

  const take = (found: Found): string | undefined => {
    if (!found.ok) return found.reason;
    const to = found.to.join(' and ');
    for (const from of found.from) {
      const before = taken.get(from) ?? to;
      if (before !== to) return `${from} could be ${before} or ${to}`;
      taken.set(from, to);
    }
    for (const target of found.to) filled.add(target);
    for (const operation of found.operations) operations.set(JSON.stringify(operation), operation);
    evidence.add(found.evidence);
    return undefined;
  };
  for (const found of repairsOf(search)) {
    const reason = take(found);
    if (reason !== undefined) return { ok: false, reason };
  }
  if (operations.size === 0) return { ok: false, reason: 'no field of the event tells how to repair it' };
  for (const found of findLeftovers(search, {
    taken,
    filled: [...filled],
    operations: [...operations.keys()],
  })) {
    const reason = take(found);
    if (reason !== undefined) return { ok: false, reason };
  }
  return { ok: true, operations: inOrder([...operations.values()]), evidence: [...evidence] };
}

function* repairsOf(search: Search): Generator<Found> {
  const { contract, event } = search.failure;
  const violations = withMisnamed(search.failure);
  const { missing, malformed, hopeless } = targetsOf(violations, event, contract.jsonSchema);
  if (hopeless !== undefined) {
    const { path, message } = hopeless;
    const place = path === '' ? 'the event' : path;
    yield { ok: false, reason: `${place}: no change of structure mends this: ${message}` };
    return;
  }
  const feed = missing.length > 0 ? changeFeed(event, contract.jsonSchema, search.own) : undefined;
  if (feed !== undefined) {
    yield { ok: false, reason: feed };
    return;
  }
  const lost: string[][] = [];
  const reasons = new Map<string[], string>();
  const looked = missing.map((path) => {
    const target = targetAt(search, path);
    return { path, target, named: namedLike(search, target) };
  });
  search.fitter.presume(
    looked.flatMap(({ path, named: { matches } }) => {
      const [only, ...others] = matches.filter(({ name }) => name.score >= sameName);
      return only !== undefined && others.length === 0 ? [{ path, value: only.candidate.value }] : [];
    }),
  );
  for (const { path, target, named } of looked) {
    const whole = findMissing(search, target, named);
    if (whole.ok) {
      yield whole;
      continue;
    }
    const parts =
      fieldsOf(search.failure.contract.jsonSchema, path).names.length > 0 ? gather(search, path) : undefined;
    if (parts !== undefined) yield* parts;
    else {
      lost.push(path);
      if (lost.length > maxLost) yield { ok: false, reason: whole.reason };
      reasons.set(path, whole.reason);
    }
  }
  yield* partsAndWholes(search, lost, reasons);
  for (const path of malformed) yield reshape(search, path);
}

/** What an event breaks hides which optional fields it has under other names, and which fields of an alternative. */
function withMisnamed({ contract, event, violations }: Failure): readonly Violation[] {
  if (violations.length > mostBroken) return violations;
  const broken = violations.filter(({ code }) => code !== 'no_match').map(({ path }) => path);
  const isKnown = (path: string) => broken.some((other) => covers(other, path));
  return [...violations, ...misnamedIn(contract, event).filter(({ path }) => !isKnown(path))];
}

/** What breaks a contract in more places is compared with what is missing only: the names of large contracts cost seconds. */
const mostBroken = 25;

/** More fields than that are not in pieces, but gone. */
const maxLost = 4;

/** What is nowhere as it is may have been joined to another field, or split into several. */
function* partsAndWholes(
  search: Search,
  lost: readonly string[][],
  reasons: ReadonlyMap<string[], string>,
): Generator<Found> {
  const split = findSplit(search, lost);
  if (split !== undefined) yield split.found;
  for (const path of lost) {
    if (split?.paths.includes(path) === true) continue;
    yield findJoined(search, path) ?? { ok: false, reason: reasons.get(path)! };
  }
}

/** The fields of a missing object: all beside its place, or each wherever it is. */
function gather(search: Search, path: string[]): Found[] | undefined {
  return gatherObject(search, path) ?? scattered(search, path);
}

const maxDepth = 6;

function scattered(search: Search, path: string[]): Found[] | undefined {
  const { required } = fieldsOf(search.failure.contract.jsonSchema, path);
  if (required.size === 0 || path.length >= maxDepth) return undefined;
  const found: Found[] = [];
  for (const name of required) {
    const field = [...path, name];
    const whole = findMissing(search, targetAt(search, field));
    const parts = whole.ok ? [whole] : gather(search, field);
    if (parts === undefined) return undefined;
    found.push(...parts);
  }
  return found;
}
