import type { Contract } from '../../contracts/contract.ts';
import { type Json, type JsonObject, sameJson } from '../../model/json.ts';
import { type Claim, claimsOf } from './claims.ts';
import { Draft } from './draft.ts';
import { type CompiledPlan, compilePlan } from './interpreter.ts';
import type { Plan, Pointer } from '../../model/plan.ts';
import { bind, bindings, child, segmentsOf, valueAt } from '../../model/pointer.ts';
import { isDeclared } from './schema-paths.ts';

export interface PlausibilityOfPlan {
  /** Why the plan can't mean what it says; the first such claim. */
  contradiction: string | undefined;
  /** What speaks for it, for a person. */
  support: string[];
}

/**
 * Tries a plan's claims on valid events of the same sender. Where an event has both a source and its target, what the
 * plan would make of the source must equal what stands at the target; where it does not, the source is another thing,
 * however well its name and its type fit. Names paths and counts, never values.
 */
export function tryOnValid(
  plan: Plan,
  contract: Contract,
  events: readonly JsonObject[],
): PlausibilityOfPlan {
  const support: string[] = [];
  for (const claim of claimsOf(plan)) {
    const compiled = compilePlan(
      { operations: [...claim.operations] },
      { isDeclared: (pointer) => isDeclared(contract.jsonSchema, segmentsOf(pointer)) },
    );
    const seen = { same: 0, different: 0 };
    for (const event of events) {
      const agrees = compareOn(event, claim, compiled);
      if (agrees !== undefined) seen[agrees ? 'same' : 'different']++;
    }
    const total = seen.same + seen.different;
    if (seen.different > 0)
      return { contradiction: describe(claim, seen.different, total, 'differs from'), support };
    if (total > 0 && claim.op !== 'change') support.push(describe(claim, total, total, 'equals'));
  }
  return { contradiction: undefined, support };
}

function describe({ op, from, to }: Claim, count: number, total: number, relation: string): string {
  const where = `in ${count} of ${total} recent valid events of this sender`;
  if (op === 'change') return `${where} the plan would change ${to.join(' and ')}, which is valid there`;
  const verb = from.length > 1 ? relation.replace('differs', 'differ').replace('equals', 'equal') : relation;
  return `${where} ${from.join(' and ')} ${verb} ${to.join(' and ')}`;
}

/** Undefined when the event says nothing about the claim. */
function compareOn(event: JsonObject, claim: Claim, compiled: CompiledPlan): boolean | undefined {
  const compared =
    claim.op === 'change' ? valuesAt(event, claim.to[0]!) : targetsBesideTheirSources(event, claim);
  if (compared.size === 0) return undefined;
  const draft = new Draft(event);
  if (claim.op !== 'change') for (const path of compared.keys()) draft.delete(path);
  const applied = compiled.apply(draft.value, new Set(claim.to));
  if (!applied.ok) return undefined;
  let agrees: boolean | undefined;
  for (const [path, expected] of compared) {
    const made = valueAt(applied.value, path);
    if (made === undefined) continue;
    if (!meansTheSame(made, expected)) return false;
    agrees = true;
  }
  return agrees;
}

function valuesAt(event: JsonObject, pointer: Pointer): Map<readonly string[], Json> {
  const segments = segmentsOf(pointer);
  const found = new Map<readonly string[], Json>();
  for (const indexes of bindings(event, segments) ?? []) {
    const path = bind(segments, indexes);
    const value = valueAt(event, path);
    if (value !== undefined && value !== null) found.set(path, value);
  }
  return found;
}

/** The values at the targets, in those elements of arrays in which the sources are there, too. */
function targetsBesideTheirSources(event: JsonObject, { from, to }: Claim): Map<readonly string[], Json> {
  const sources = from.map(segmentsOf);
  const targets = to.map(segmentsOf);
  const found = new Map<readonly string[], Json>();
  for (const indexes of bindings(event, sources[0]!) ?? []) {
    if (!sources.every((segments) => mayHold(event, bind(segments, indexes)))) continue;
    for (const segments of targets) {
      const path = bind(segments, indexes);
      const value = valueAt(event, path);
      if (value !== undefined && value !== null) found.set(path, value);
    }
  }
  return found;
}

/** Whether there is a value at the path, or a text above it that a `parse` may take apart. */
function mayHold(event: JsonObject, path: readonly string[]): boolean {
  let at: Json | undefined = event;
  for (const segment of path) {
    if (typeof at === 'string') return true;
    at = at === undefined ? undefined : child(at, segment);
  }
  return at !== undefined && at !== null;
}

/** Equal, also when one is written in another way: `12.5` and `"12.50"`, an instant in another zone. */
function meansTheSame(a: Json, b: Json): boolean {
  if (sameJson(a, b)) return true;
  const [numberA, numberB] = [decimalOf(a), decimalOf(b)];
  if (numberA !== undefined && numberB !== undefined) return numberA === numberB;
  const [instantA, instantB] = [instantOf(a), instantOf(b)];
  return instantA !== undefined && instantA === instantB;
}

/** Without idle zeros. A number with leading zeros is a code, and `007` is not `7`. */
function decimalOf(value: Json): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.length > 100 || !/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text))
    return undefined;
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function instantOf(value: Json): number | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d/.test(value)) return undefined;
  const instant = Date.parse(value.replace(' ', 'T').toUpperCase());
  return Number.isNaN(instant) ? undefined : instant;
}
