import { type Json, type JsonObject, jsonType, isObject } from '../../model/json.ts';
import { segmentsOf } from '../../model/pointer.ts';
import type { Plan } from '../../model/plan.ts';
import type { RuleInput, RuleParts } from '../../model/rule.ts';

/** True for an event on which the inputs of a rule exist, and have the types they had when it was learned. */
export type InputTest = (event: JsonObject) => boolean;

/** The inputs that exist in the event a plan is learned from, with their types and, of what is split, the forms of the parts. */
export function learnInputs(paths: readonly string[], { operations }: Plan, event: JsonObject): RuleInput[] {
  const inputs: RuleInput[] = [];
  for (const path of new Set(paths)) {
    const split = operations.find((operation) => operation.op === 'split' && operation.from === path);
    const separator = split?.op === 'split' ? split.separator : undefined;
    const types = new Set<RuleInput['type']>();
    const forms = new Set<string>();
    visit(event, segmentsOf(path), 0, (value) => {
      types.add(foldedType(value));
      if (separator !== undefined && typeof value === 'string') forms.add(formsOf(value, separator));
      return true;
    });
    for (const type of types)
      inputs.push({
        path,
        type,
        ...(type === 'string' &&
          separator !== undefined && { parts: { separator, forms: [...forms].sort() } }),
      });
  }
  return inputs;
}

/** Compiled once for each rule: the hot path runs it for every event with the rule's violations. */
export function compileInputs(inputs: readonly RuleInput[]): InputTest {
  const tests = [...new Set(inputs.map(({ path }) => path))].map((path) => {
    const ofPath = inputs.filter((input) => input.path === path);
    return {
      segments: segmentsOf(path),
      types: new Set<RuleInput['type']>(ofPath.map(({ type }) => (type === 'integer' ? 'number' : type))),
      parts: ofPath.find(({ parts }) => parts !== undefined)?.parts,
    };
  });
  return (event) =>
    tests.every(({ segments, types, parts }) => {
      let exists = false;
      const fits = visit(event, segments, 0, (value) => {
        exists = true;
        return types.has(foldedType(value)) && (parts === undefined || hasParts(value, parts));
      });
      return exists && fits;
    });
}

/** `Berlin 10115` is not split as `10115 Berlin` was: the parts are of other sorts. */
const hasParts = (value: Json, { separator, forms }: RuleParts): boolean =>
  typeof value !== 'string' || forms.includes(formsOf(value, separator));

const longestSplit = 1000;

function formsOf(text: string, separator: string): string {
  if (text.length > longestSplit) return 'long';
  const parts = text.trim().split(separator);
  return parts
    .map((part) => (/\p{N}/u.test(part) ? (/\p{L}/u.test(part) ? 'both' : 'digits') : 'letters'))
    .join(' ');
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
