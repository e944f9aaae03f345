import type { JsonObject } from '../../model/json.ts';
import { deref } from '../json-schema/refs.ts';

/** What stands beside a reference and says nothing of the value. */
const notes = new Set(
  '$ref $comment title description examples default deprecated readOnly writeOnly'.split(' '),
);

const known = new WeakMap<JsonObject, JsonObject>();

/** What a schema's reference leads to, with what stands beside the reference, which counts since 2019-09. The same object each time. */
export function wholeOf(schema: JsonObject, root: JsonObject): JsonObject {
  const target = deref(schema, root);
  if (target === schema || Object.keys(schema).every((keyword) => notes.has(keyword))) return target;
  const before = known.get(schema);
  if (before !== undefined) return before;
  const { $ref: _, allOf = [], ...rest } = schema;
  const whole: JsonObject = { ...rest, allOf: [allOf, target].flat() };
  known.set(schema, whole);
  return whole;
}
