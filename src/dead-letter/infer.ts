import type { Contract } from '../contracts/contract.ts';
import { type Json, type JsonObject, isObject } from '../json.ts';
import { cast } from '../repair/cast.ts';
import { sameJson } from '../repair/draft.ts';
import type { Failure } from '../repair/healer.ts';
import { type CastType, type Operation, type Plan, castTypes } from '../repair/plan.ts';
import { pointerOf, segmentsOf, valueAt } from '../repair/pointer.ts';
import { isDeclared, listedValues } from '../repair/schema-paths.ts';
import { tryPlan } from '../repair/trial.ts';
import { type Result, fail, ok } from '../result.ts';

/**
 * The plan that a person's edit amounts to: the operations that make `edited` of the failed event, proven by making it.
 * The error names what can't be told from before and after, such as a value that was entered by hand.
 */
export function inferPlan(failure: Failure, edited: JsonObject): Result<Plan> {
  const { event, contract } = failure;
  const before = leavesOf(event);
  const after = leavesOf(edited);
  const gone = new Set([...before.keys()].filter((pointer) => !after.has(pointer)));
  const operations: Operation[] = [];
  const add = (operation: Operation) => {
    if (!operations.some((known) => sameJson(known, operation))) operations.push(operation);
  };

  for (const [pointer, value] of after) {
    const old = before.get(pointer);
    if (old !== undefined && sameJson(old, value)) continue;
    const change =
      old === undefined || old === null
        ? fromElsewhere(pointer, value, before, gone)
        : inPlace(pointer, old, value, contract);
    if (!change.ok) return change;
    for (const operation of change.value) add(withStars(operation, event));
  }
  for (const pointer of gone) {
    const top = vanished(pointer, edited);
    if (isDeclared(contract.jsonSchema, segmentsOf(top)))
      return fail(`${top} was removed, and the contract declares it`);
    add({ op: 'remove', path: top });
  }
  for (const container of emptied(event, edited, operations)) add({ op: 'remove', path: container });
  if (operations.length === 0) return fail('nothing was changed');

  const plan = { operations };
  const tried = tryPlan(failure, plan);
  if (!tried.ok) return fail(tried.error.reason);
  return sameJson(tried.value.event, edited)
    ? ok(plan)
    : fail('the change is more than moving and respelling fields');
}

/** A value that stood in one other place, which is gone now; perhaps of another type. */
function fromElsewhere(
  pointer: string,
  value: Json,
  before: ReadonlyMap<string, Json>,
  gone: Set<string>,
): Result<Operation[]> {
  const same = [...gone].filter((source) => sameJson(before.get(source), value));
  const alike =
    same.length > 0
      ? []
      : [...gone].flatMap((source) => castsTo(before.get(source)!, value).map((to) => ({ source, to })));
  const sources = new Set(same.length > 0 ? same : alike.map(({ source }) => source));
  if (sources.size === 0) return fail(`the value of ${pointer} was entered by hand`);
  if (sources.size > 1)
    return fail(`the value of ${pointer} stood in several places: ${[...sources].join(', ')}`);
  const [from] = [...sources] as [string];
  gone.delete(from);
  const move: Operation = { op: 'move', from, to: pointer };
  return ok(same.length > 0 ? [move] : [move, { op: 'cast', path: pointer, to: alike[0]!.to }]);
}

function inPlace(pointer: string, old: Json, value: Json, contract: Contract): Result<Operation[]> {
  const [to] = castsTo(old, value);
  if (to !== undefined) return ok([{ op: 'cast', path: pointer, to }]);
  if (typeof old === 'string' && typeof value === 'string') {
    if (old.trim() === value) return ok([{ op: 'trim', path: pointer }]);
    if (old.toUpperCase() === value) return ok([{ op: 'upper', path: pointer }]);
    if (old.toLowerCase() === value) return ok([{ op: 'lower', path: pointer }]);
  }
  if (
    typeof old !== 'object' &&
    typeof value !== 'object' &&
    listedValues(contract.jsonSchema, segmentsOf(pointer)).includes(value)
  )
    return ok([{ op: 'map', path: pointer, values: { [String(old)]: value } }]);
  return fail(`the value of ${pointer} was entered by hand`);
}

function castsTo(from: Json, to: Json): CastType[] {
  return castTypes.filter((type) => {
    const result = cast(from, type);
    return result.ok && !sameJson(from, to) && sameJson(result.value, to);
  });
}

/** The highest part of the path that is gone. */
function vanished(pointer: string, edited: JsonObject): string {
  const segments = segmentsOf(pointer);
  for (let length = 1; length < segments.length; length++)
    if (valueAt(edited, segments.slice(0, length)) === undefined) return pointerOf(segments.slice(0, length));
  return pointer;
}

/** Containers that moves have emptied and that the person left out. */
function emptied(event: JsonObject, edited: JsonObject, operations: readonly Operation[]): string[] {
  const containers = operations.flatMap((operation) =>
    operation.op === 'move' && !operation.from.includes('*') && operation.from.split('/').length > 2
      ? [vanished(operation.from.slice(0, operation.from.lastIndexOf('/')), edited)]
      : [],
  );
  return [...new Set(containers)].filter(
    (container) =>
      isObject(valueAt(event, segmentsOf(container)) ?? null) &&
      valueAt(edited, segmentsOf(container)) === undefined,
  );
}

/** Elements of arrays change alike, so that the rule does not depend on their number. */
function withStars<T extends Operation>(operation: T, event: JsonObject): T {
  const star = (pointer: string) => {
    let at: Json | undefined = event;
    return pointerOf(
      segmentsOf(pointer).map((segment) => {
        const isElement = Array.isArray(at);
        at = at === undefined ? undefined : valueAt(at, [segment]);
        return isElement ? '*' : segment;
      }),
    );
  };
  const copy = { ...operation };
  for (const key of ['from', 'to', 'path'] as const) {
    const value = (copy as Record<string, unknown>)[key];
    if (typeof value === 'string' && value.startsWith('/'))
      (copy as Record<string, unknown>)[key] = star(value);
  }
  return copy;
}

/** Values that hold no others, by JSON Pointer. */
function leavesOf(value: Json, path: string[] = [], leaves = new Map<string, Json>()): Map<string, Json> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (entries.length === 0 && path.length > 0) leaves.set(pointerOf(path), value);
  for (const [key, child] of entries) leavesOf(child, [...path, key], leaves);
  return leaves;
}
