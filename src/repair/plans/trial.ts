import type { Contract } from '../../contracts/contract.ts';
import type { JsonObject } from '../../model/json.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import type { Violation } from '../../model/violation.ts';
import type { Failure } from '../healing/healer.ts';
import { compileChangedAlike } from './changed-alike.ts';
import { compileArrivals } from './arrivals.ts';
import { compileCompanions } from './companions.ts';
import { timesInAnotherZone } from './declared-zones.ts';
import { type PlanContext, compilePlan } from './interpreter.ts';
import { foundElsewhere } from './found-elsewhere.ts';
import { changeOfMeaningIn } from './meaning/index.ts';
import { compileHollow } from './hollow.ts';
import { compileLeftovers } from './leftovers.ts';
import type { Plan, Pointer } from '../../model/plan.ts';
import { genericPointer, pointerOf, segmentsOf } from '../../model/pointer.ts';
import { compileProvenance } from './provenance.ts';
import { isDeclared } from './schema-paths.ts';
import { compileSecondRecord } from './second-record.ts';
import { byShape } from './shapes.ts';
import { type PlanPermissions, checkPlan } from './static-check.ts';
import { compileUnpacking } from './unpacking.ts';
import { misnamedIn } from './whole.ts';

/** `event`: what the plan made; `value`: what the contract made of that; `changed`: the fields in which they differ. */
export interface Repaired {
  event: JsonObject;
  value: JsonObject;
  changed: JsonObject | undefined;
}

export interface Refusal {
  reason: string;
  /** What is still wrong after the plan, when it could be applied. */
  remaining?: Violation[];
  /** What the plan made of the event, then. */
  event?: JsonObject;
  /** Fields that the plan leaves where they are, though they have the names of declared ones. */
  leaves?: Pointer[];
}

export interface TrialOptions extends PlanPermissions {
  /** Fields that may be left over, since a person has looked at them; all of them when the plan is a person's own. */
  mayLeave?: 'all' | ReadonlySet<Pointer>;
  /** Whether a person has said which of two fields that differ is meant. */
  isTold?: boolean;
  onFormat?: PlanContext['onFormat'];
}

/**
 * Tries a plan on the event it was proposed for, with every check there is: whether the contract permits the plan,
 * whether its names speak against it, whether it applies, whether each leaf of the result has its provenance, whether the contract accepts the result, and
 * whether it is whole.
 */
export function tryPlan(failure: Failure, plan: Plan, options: TrialOptions = {}): Result<Repaired, Refusal> {
  const { contract, event, violations } = failure;
  const change = options.mayLeave === 'all' ? undefined : changeOfMeaningIn(plan, contract);
  const forbidden = checkPlan(plan, contract, options) ?? change;
  return forbidden === undefined
    ? compileRule(plan, contract, options)(event, violations)
    : fail({ reason: forbidden });
}

/**
 * A learned rule, ready for the hot path. The caller has checked the plan against the contract (checkPlan). What the
 * plan changes in an event is proven for each event; what it leaves alone costs nothing.
 */
export function compileRule(
  plan: Plan,
  contract: Contract,
  {
    mayLeave,
    onFormat,
    isTold = mayLeave === 'all',
  }: Pick<TrialOptions, 'mayLeave' | 'onFormat' | 'isTold'> = {},
): (event: JsonObject, violations: readonly Violation[]) => Result<Repaired, Refusal> {
  const compiled = compilePlan(plan, {
    isDeclared: (pointer) => isDeclared(contract.jsonSchema, segmentsOf(pointer)),
    onFormat,
  });
  const unproven = compileProvenance(plan, contract);
  const doubtful = compileArrivals(plan, contract);
  const leftovers = compileLeftovers(plan, contract);
  const alike = compileChangedAlike(plan, contract);
  const leavesOf = byShape((_event: JsonObject, result: JsonObject) =>
    mayLeave === 'all'
      ? []
      : [...leftovers(result), ...alike(result)].filter((pointer) => mayLeave?.has(pointer) !== true),
  );
  const closed = mayLeave === 'all' ? undefined : compileUnpacking(plan, contract);
  const completing = mayLeave === 'all' ? undefined : compileCompanions(plan, contract);
  const hollow = mayLeave === 'all' ? undefined : compileHollow(plan, contract);
  const second = isTold ? undefined : compileSecondRecord(plan, contract);
  const pathsOf = rememberedPaths();
  return (event, violations) => {
    const within = closed?.(event);
    if (within !== undefined) return fail({ reason: within });
    const applied = compiled.apply(event, pathsOf(violations, event));
    if (!applied.ok) return fail({ reason: `operation ${applied.error.operation}: ${applied.error.reason}` });
    const doubt = unproven(event, applied.value) ?? doubtful(applied.value);
    if (doubt !== undefined) return fail({ reason: doubt });
    const more = completing?.(event, applied.value);
    if (more !== undefined) return fail({ reason: more });
    const otherwise = second?.(event, applied.value);
    if (otherwise !== undefined) return fail({ reason: twoRecords(otherwise) });
    const [time] = timesInAnotherZone(contract, applied.value);
    if (time !== undefined)
      return fail({ reason: `of the time at ${time} the event names another zone than the contract` });
    const made = validated(contract, applied.value);
    if (!made.ok) return made;
    const leaves = leavesOf(event, applied.value);
    if (leaves.length > 0) return half(contract, applied.value, leaves);
    const empty = hollow?.(event, applied.value);
    if (empty !== undefined) return fail({ reason: `${empty} would hold none of its declared fields` });
    const elsewhere = mayLeave === 'all' ? [] : leftElsewhere(contract, applied.value, mayLeave);
    return elsewhere.length === 0 ? made : half(contract, applied.value, elsewhere);
  };
}

/** Most often the event is wrapped in a message that has an id of its own. */
function twoRecords(field: Pointer): string {
  const around = field.slice(0, field.lastIndexOf('/'));
  const remedy = `: if ${around} is the event, set "events: ${around}" on its source`;
  return `${field} says something else than the event has under its own name${around === '' || around.includes('*') ? '' : remedy}`;
}

/** The undeclared fields in which the healers would find a field that is still missing, `*` for array indexes. */
const leftElsewhere = (
  contract: Contract,
  result: JsonObject,
  mayLeave: ReadonlySet<Pointer> | undefined,
): Pointer[] =>
  foundElsewhere(contract, result)
    .map(({ at }) => genericPointer(pointerOf(at), result))
    .filter((pointer) => mayLeave?.has(pointer) !== true);

/** What is left under another name may be taken along by a wider plan. */
function half(contract: Contract, event: JsonObject, leaves: Pointer[]): Result<Repaired, Refusal> {
  const remaining = misnamedIn(contract, event);
  return fail({ reason: left(leaves), leaves, event, ...(remaining.length > 0 && { remaining }) });
}

function left(leaves: readonly Pointer[]): string {
  return `${leaves.slice(0, 3).join(', ')} would be left, and ${leaves.length === 1 ? 'has the name of a declared field' : 'have the names of declared fields'}`;
}

function validated(contract: Contract, event: JsonObject): Result<Repaired, Refusal> {
  const validation = contract.validate(event);
  if (validation.ok) return ok({ event, value: validation.value, changed: validation.changed });
  return fail({ reason: describe(validation.violations), remaining: validation.violations, event });
}

/** As `invalidPaths`; a sender's events mostly come with the same list of violations. */
function rememberedPaths(): typeof invalidPaths {
  let last: readonly Violation[] | undefined;
  let paths: ReadonlySet<Pointer> = new Set();
  return (violations, event) => {
    if (violations === last) return paths;
    const found = invalidPaths(violations, event);
    // What an index means depends on the event.
    if (!violations.some(({ path }) => hasIndex.test(path))) [last, paths] = [violations, found];
    return found;
  };
}

const hasIndex = /\/\d/;

/** The paths at which the event breaks its contract, `*` for array indexes: what a plan may change. */
export function invalidPaths(violations: readonly Violation[], event: JsonObject): ReadonlySet<Pointer> {
  return new Set(violations.map(({ path }) => (hasIndex.test(path) ? genericPointer(path, event) : path)));
}

function describe(violations: readonly Violation[]): string {
  const named = violations
    .slice(0, 3)
    .map(({ path, code }) => `${path === '' ? 'the event' : path} (${code})`);
  const more = violations.length > 3 ? ` and ${violations.length - 3} more` : '';
  return `the contract still refuses ${named.join(', ')}${more}`;
}
