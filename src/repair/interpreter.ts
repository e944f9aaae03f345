import type { Json, JsonObject } from '../json.ts';
import { type Result, fail, ok } from '../result.ts';
import { Draft, sameJson } from './draft.ts';
import { transformOf } from './in-place.ts';
import type { Operation, Plan, Pointer } from './plan.ts';
import { bind, bindings, pointerOf, segmentsOf } from './pointer.ts';
import { pathsOf } from './static-check.ts';

/** Why a plan can't be applied to an event; names paths, never values. */
export interface PlanFailure {
  /** Index of the operation. */
  operation: number;
  reason: string;
}

export interface CompiledPlan {
  /**
   * Applies the plan to a copy of the event. `invalid` holds the paths at which the event breaks its contract, with
   * `*` for array indexes. Applied to its own result, a plan changes nothing.
   */
  apply(event: JsonObject, invalid: ReadonlySet<Pointer>): Result<JsonObject, PlanFailure>;
}

export interface PlanContext {
  /** Whether the contract declares a path. What it declares, and the event does not break, is never changed. */
  isDeclared(pointer: Pointer): boolean;
}

/** What an operation did: nothing to do is a success. The text says why it can't be done. */
type Outcome = string | undefined;
type Step = (draft: Draft, invalid: ReadonlySet<Pointer>) => Outcome;

/** A plan as closures, compiled once for each rule and contract. */
export function compilePlan(plan: Plan, context: PlanContext): CompiledPlan {
  const steps = plan.operations.map((operation) => compile(operation, context));
  return {
    apply(event, invalid) {
      const draft = new Draft(event);
      for (const [operation, step] of steps.entries()) {
        const reason = step(draft, invalid);
        if (reason !== undefined) return fail({ operation, reason });
      }
      return ok(draft.value);
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
    for (const path of reads) if (!isWritten(path)) inputs.add(path);
    for (const path of writes) written.add(path);
    if (operation.op === 'parse') written.add(operation.path);
  }
  return [...inputs];
}

function compile(operation: Operation, context: PlanContext): Step {
  switch (operation.op) {
    case 'move':
    case 'copy':
      return forEachBinding([operation.from], [operation.to], relocate(operation.op === 'move'));
    case 'split':
      return forEachBinding([operation.from], operation.to, split(operation.separator));
    case 'join':
      return forEachBinding(operation.from, [operation.to], join(operation.separator));
    case 'remove':
      return forEachBinding([operation.path], [], (draft, [path]) => {
        if (draft.get(path!) !== undefined) draft.delete(path!);
        return undefined;
      });
    default:
      return inPlace(operation, context);
  }
}

type Work = (
  draft: Draft,
  from: string[][],
  to: string[][],
  invalid: ReadonlySet<Pointer>,
  targets: Pointer[],
) => Outcome;

/** Does the work once, or once for each element that the stars mean; the stars of all paths run together. */
function forEachBinding(from: readonly Pointer[], to: readonly Pointer[], work: Work): Step {
  const fromSegments = from.map(segmentsOf);
  const toSegments = to.map(segmentsOf);
  return (draft, invalid) => {
    const found = bindings(draft.value, fromSegments[0]!);
    if (found === undefined) return `there is no array at ${from[0]}`;
    for (const indexes of found) {
      const outcome = work(
        draft,
        fromSegments.map((segments) => bind(segments, indexes)),
        toSegments.map((segments) => bind(segments, indexes)),
        invalid,
        [...to],
      );
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  };
}

/** Only an absent value, or a null that breaks the contract, may be written over. */
function isFree(value: Json | undefined, target: Pointer, invalid: ReadonlySet<Pointer>): boolean {
  return value === undefined || (value === null && invalid.has(target));
}

function relocate(removeSource: boolean): Work {
  return (draft, [from], [to], invalid, [target]) => {
    const source = draft.get(from!);
    const present = draft.get(to!);
    if (source === undefined)
      return present === undefined ? `there is nothing at ${pointerOf(from!)}` : undefined;
    const unnests = removeSource && isBelow(from!, to!);
    const nests = removeSource && isBelow(to!, from!);
    if (unnests) {
      if (Object.keys(present as object).length !== 1) return `${pointerOf(to!)} holds more than that field`;
    } else if (nests) {
      if (present !== undefined) return undefined;
    } else if (!isFree(present, target!, invalid)) {
      return sameJson(present, source) && !removeSource ? undefined : `${pointerOf(to!)} is there already`;
    }
    if (removeSource && !unnests && !draft.delete(from!))
      return `${pointerOf(from!)} is an element of an array`;
    return draft.set(to!, source) ? undefined : `${pointerOf(to!)} can't be written`;
  };
}

function isBelow(path: readonly string[], ancestor: readonly string[]): boolean {
  return path.length > ancestor.length && ancestor.every((segment, at) => path[at] === segment);
}

function split(separator: string): Work {
  return (draft, [from], to, invalid, targets) => {
    const samePath = to.findIndex((path) => pointerOf(path) === pointerOf(from!));
    const others = to.filter((_, index) => index !== samePath);
    const source = draft.get(from!);
    const present = to.map((path) => draft.get(path));
    if (
      others.every((path) => draft.get(path) !== undefined && draft.get(path) !== null) &&
      (source === undefined || samePath !== -1)
    )
      return undefined;
    if (typeof source !== 'string') return `${pointerOf(from!)} is not text`;
    const parts = source.split(separator);
    if (parts.length !== to.length || parts.some((part) => part === ''))
      return `${pointerOf(from!)} does not have ${to.length} parts`;
    for (const [index, path] of to.entries())
      if (index !== samePath && !isFree(present[index], targets[index]!, invalid))
        return `${pointerOf(path)} is there already`;
    if (samePath === -1 && !draft.delete(from!)) return `${pointerOf(from!)} is an element of an array`;
    for (const [index, path] of to.entries())
      if (!draft.set(path, parts[index]!)) return `${pointerOf(path)} can't be written`;
    return undefined;
  };
}

function join(separator: string): Work {
  return (draft, from, [to], invalid, [target]) => {
    const parts = from.map((path) => draft.get(path));
    const present = draft.get(to!);
    if (parts.every((part) => part === undefined))
      return present === undefined ? `there is nothing at ${pointerOf(from[0]!)}` : undefined;
    if (!isFree(present, target!, invalid)) return `${pointerOf(to!)} is there already`;
    const texts: string[] = [];
    for (const [index, part] of parts.entries()) {
      if (typeof part !== 'string' || part === '') return `${pointerOf(from[index]!)} is not text`;
      texts.push(part);
    }
    for (const path of from) if (!draft.delete(path)) return `${pointerOf(path)} is an element of an array`;
    return draft.set(to!, texts.join(separator)) ? undefined : `${pointerOf(to!)} can't be written`;
  };
}

function inPlace(operation: Operation & { path: Pointer }, context: PlanContext): Step {
  const transform = transformOf(operation);
  const declared = context.isDeclared(operation.path);
  const isOptional = operation.path.includes('*');
  return (draft, invalid) => {
    if (declared && !touches(invalid, operation.path)) return undefined;
    return forEachBinding([operation.path], [], (draft, [path]) => {
      const value = draft.get(path!);
      if (value === undefined) return isOptional ? undefined : `there is nothing at ${pointerOf(path!)}`;
      const changed = transform(value);
      if (!changed.ok) return `${pointerOf(path!)} ${changed.error}`;
      if (changed.value === value) return undefined;
      return draft.set(path!, changed.value) ? undefined : `${pointerOf(path!)} can't be written`;
    })(draft, invalid);
  };
}

/** Whether something at, above or below the path breaks the contract. */
function touches(invalid: ReadonlySet<Pointer>, path: Pointer): boolean {
  if (invalid.has(path)) return true;
  for (const broken of invalid)
    if (broken === '' || broken.startsWith(`${path}/`) || path.startsWith(`${broken}/`)) return true;
  return false;
}
