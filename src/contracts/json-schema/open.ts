import { type JsonObject, isObject } from '../../model/json.ts';
import { deref } from './refs.ts';

/** Whether an event may have undeclared fields at its top: in all of the schema's parts, and in one of its alternatives. */
export const isOpen = (schema: JsonObject): boolean => leavesOpen(schema, schema, new Map());

/** `known`: what was found of each schema, once for all references to it; a schema within itself says nothing more. */
function leavesOpen(schema: JsonObject, root: JsonObject, known: Map<JsonObject, boolean>): boolean {
  const target = deref(schema, root);
  const before = known.get(target);
  if (before !== undefined) return before;
  known.set(target, true);
  const parts = (keyword: string): boolean[] => {
    const list = target[keyword];
    return Array.isArray(list)
      ? list.flatMap((part) => (isObject(part) ? [leavesOpen(part, root, known)] : []))
      : [];
  };
  const alternatives = [...parts('anyOf'), ...parts('oneOf')];
  const isOpen =
    target['additionalProperties'] !== false &&
    target['unevaluatedProperties'] !== false &&
    parts('allOf').every(Boolean) &&
    (alternatives.length === 0 || alternatives.some(Boolean));
  known.set(target, isOpen);
  return isOpen;
}
