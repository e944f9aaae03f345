import type { Json, JsonObject } from '../../model/json.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import { Draft } from './draft.ts';
import { type FormatWitness, rivalsOf, witnessOf } from './formats.ts';
import { type InPlaceOperation, type Transform, transformOf } from './in-place.ts';
import { compileCopy, compileMove, compileVacate } from './operations/relocate.ts';
import { type Step, forEachElement, isOpen } from './operations/run.ts';
import { compileJoin, compileSplit, partsBy } from './operations/split-join.ts';
import type { Operation, Plan, Pointer } from '../../model/plan.ts';
import { pointerOf, valueAt } from '../../model/pointer.ts';
import { isZoneName, zonesBeside } from '../healers/heuristics/zone-beside.ts';
import { contradictsZone } from '../healers/heuristics/zone-contradictions.ts';
import { pathsOf, zoneOf } from './operation-paths.ts';
import { numberAndUnit } from './listing.ts';

/** Why a plan can't be applied to an event; names paths, never values. */
export interface PlanFailure {
  /** Index of the operation. */
  operation: number;
  reason: string;
}

export interface CompiledPlan {
  /**
   * Applies the plan to a copy of the event. `invalid` holds the paths at which the event breaks its contract, with `*`
   * for array indexes; with none there is nothing to repair. What is there is never overwritten, but for a null that
   * breaks the contract. Applied to its own result, a plan changes nothing.
   */
  apply(event: JsonObject, invalid: ReadonlySet<Pointer>): Result<JsonObject, PlanFailure>;
}

export interface PlanContext {
  /** Whether the contract declares a path. What it declares, and the event does not break, is never changed. */
  isDeclared: (pointer: Pointer) => boolean;
  /** Is told what each value that a cast with a format reads says about that format. */
  onFormat?: (witness: FormatWitness, path: Pointer, format: string) => void;
}

/** A plan as closures, compiled once for each rule and contract. */
export function compilePlan(plan: Plan, context: PlanContext): CompiledPlan {
  const steps = plan.operations.map((operation) => compile(operation, context));
  return {
    apply(event, invalid) {
      if (invalid.size === 0) return ok(event);
      const run = { draft: new Draft(event), invalid, written: new Set<Pointer>() };
      for (const [operation, step] of steps.entries()) {
        const reason = step(run);
        if (reason !== undefined) return fail({ operation, reason });
      }
      return ok(run.draft.value);
    },
  };
}

/** The paths that an event must have for the plan to work: what is read and was not written by the plan itself. */
export function inputsOf(plan: Plan): Pointer[] {
  const written = new Set<Pointer>();
  const inputs = new Set<Pointer>();
  const isWritten = (path: Pointer) =>
    [...written].some((target) => path === target || path.startsWith(`${target}/`));
  for (const operation of plan.operations) {
    const { reads, writes } = pathsOf(operation);
    const zone = zoneOf(operation);
    for (const path of zone === undefined ? reads : [...reads, zone]) if (!isWritten(path)) inputs.add(path);
    for (const path of writes) written.add(path);
  }
  return [...inputs];
}

function compile(operation: Operation, context: PlanContext): Step {
  const { isDeclared } = context;
  switch (operation.op) {
    case 'move':
      return compileMove(operation.from, operation.to, isDeclared);
    case 'copy':
      return compileCopy(operation.from, operation.to);
    case 'split':
      return compileSplit(
        operation.from,
        partsBy(operation.separator, operation.to),
        operation.to,
        isDeclared,
      );
    case 'split_unit':
      return compileSplit(operation.from, numberAndUnit, [operation.number, operation.unit], isDeclared);
    case 'join':
      return compileJoin(operation.from, operation.separator, operation.to, isDeclared);
    case 'remove':
      return compileRemove(operation.path, isDeclared);
    default:
      return compileInPlace(operation, context);
  }
}

function compileRemove(path: Pointer, isDeclared: PlanContext['isDeclared']): Step {
  const vacate = compileVacate(path, isDeclared);
  return forEachElement([path], [], ({ draft }, { from }) =>
    draft.get(from[0]!) === undefined ? undefined : vacate(draft, from[0]!),
  );
}

function compileInPlace(operation: InPlaceOperation, { isDeclared, onFormat }: PlanContext): Step {
  const { path: pointer } = operation;
  const transform = watched(operation, onFormat);
  const declared = isDeclared(pointer);
  const zone = zoneOf(operation);
  const change = forEachElement(
    zone === undefined ? [pointer] : [pointer, zone],
    [],
    ({ draft }, { from }) => {
      const path = from[0]!;
      const value = draft.get(path);
      // It may have moved on (a second time), or be optional; what is required, the contract will miss.
      if (value === undefined) return undefined;
      const changed = transform(value, from[1] === undefined ? undefined : draft.get(from[1]));
      if (!changed.ok) return `${pointerOf(path)} ${changed.error}`;
      if (
        from[1] !== undefined &&
        saysOtherwise(draft.value, path, from[1], (other) => transform(value, other))
      )
        return `${pointerOf(path)} has more than one time zone beside it`;
      if (changed.value === value) return undefined;
      return draft.set(path, changed.value) ? undefined : `${pointerOf(path)} can't be written`;
    },
  );
  return (run) => (declared && !isOpen(run, pointer) ? undefined : change(run));
}

/** Whether another zone that the event names for the time makes another moment of it. */
function saysOtherwise(
  event: JsonObject,
  time: readonly string[],
  zone: readonly string[],
  read: (zone: Json) => Result<Json>,
): boolean {
  const named = valueAt(event, zone);
  if (named === undefined || !isZoneName(zone.at(-1)!)) return false;
  const made = read(named);
  if (!made.ok || typeof made.value !== 'string') return false;
  if (contradictsZone(event, { path: time, zone: named, moment: made.value })) return true;
  return [time, [...zone.slice(0, -1), time.at(-1)!]].some((place) =>
    zonesBeside(event, place).zones.some(([, other]) => {
      const otherwise = read(other);
      return !(otherwise.ok && otherwise.value === made.value);
    }),
  );
}

function watched(operation: InPlaceOperation, onFormat: PlanContext['onFormat']): Transform {
  const transform = transformOf(operation);
  if (operation.op !== 'cast' || operation.format === undefined || onFormat === undefined) return transform;
  const { path, to, format } = operation;
  if (rivalsOf(format).length === 0) return transform;
  return (value, zone) => {
    onFormat(witnessOf(value, to, format, zone), path, format);
    return transform(value, zone);
  };
}
