import { type Json, type JsonObject, jsonType, isObject } from '../../model/json.ts';
import { segmentsOf } from '../../model/pointer.ts';
import type { RuleInput } from '../../model/rule.ts';

/** True for an event on which the inputs of a rule exist, and have the types they had when it was learned. */
export type InputTest = (event: JsonObject) => boolean;

/** The inputs that exist in the event a plan is learned from, with their types. */
export function learnInputs(paths: readonly string[], event: JsonObject): RuleInput[] {
  const inputs: RuleInput[] = [];
  for (const path of new Set(paths)) {
    const types = new Set<RuleInput['type']>();
    visit(event, segmentsOf(path), 0, (value) => {
      types.add(foldedType(value));
      return true;
    });
    for (const type of types) inputs.push({ path, type });
  }
  return inputs;
}

/** Compiled once for each rule: the hot path runs it for every event with the rule's violations. */
export function compileInputs(inputs: readonly RuleInput[]): InputTest {
  const typesByPath = new Map<string, Set<RuleInput['type']>>();
  for (const { path, type } of inputs) {
    const types = typesByPath.get(path) ?? new Set();
    types.add(type === 'integer' ? 'number' : type);
    typesByPath.set(path, types);
  }
  const tests = [...typesByPath].map(([path, types]) => ({ segments: segmentsOf(path), types }));
  return (event) =>
    tests.every(({ segments, types }) => {
      let exists = false;
      const fits = visit(event, segments, 0, (value) => {
        exists = true;
        return types.has(foldedType(value));
      });
      return exists && fits;
    });
}

/** A sender of 12.5 also sends 12: whole and broken numbers are one type here. */
function foldedType(value: Json): RuleInput['type'] {
  const type = jsonType(value);
  return type === 'integer' ? 'number' : type;
}

/** Shows each value at the path to `seen` until it returns false; false then. */
function visit(
  value: Json,
  segments: readonly string[],
  at: number,
  seen: (value: Json) => boolean,
): boolean {
  const segment = segments[at];
  if (segment === undefined) return seen(value);
  if (Array.isArray(value)) {
    if (segment === '*') return value.every((item) => visit(item, segments, at + 1, seen));
    const item = /^(0|[1-9]\d*)$/.test(segment) ? value[Number(segment)] : undefined;
    return item === undefined || visit(item, segments, at + 1, seen);
  }
  if (!isObject(value) || !Object.hasOwn(value, segment)) return true;
  return visit(value[segment]!, segments, at + 1, seen);
}
