import { type JsonObject, isObject } from '../../model/json.ts';
import { deref } from './refs.ts';

/** Whether an event may have undeclared fields at its top: in all of the schema's parts, and in one of its alternatives. */
export const isOpen = (schema: JsonObject): boolean => leavesOpen(schema, schema, new Set());

function leavesOpen(schema: JsonObject, root: JsonObject, seen: Set<JsonObject>): boolean {
  const target = deref(schema, root);
  if (seen.has(target)) return true;
  const within = new Set(seen).add(target);
  const parts = (keyword: string): boolean[] => {
    const list = target[keyword];
    return Array.isArray(list)
      ? list.flatMap((part) => (isObject(part) ? [leavesOpen(part, root, within)] : []))
      : [];
  };
  const alternatives = [...parts('anyOf'), ...parts('oneOf')];
  return (
    target['additionalProperties'] !== false &&
    target['unevaluatedProperties'] !== false &&
    parts('allOf').every(Boolean) &&
    (alternatives.length === 0 || alternatives.some(Boolean))
  );
}
