import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { derefOnce } from './refs.ts';

/** Keywords that look at different parts of a value, so that together they look at each part once. */
const disjoint = new Set(['properties', 'additionalProperties', 'prefixItems', 'items', 'additionalItems']);
const alike = new Set(
  'allOf anyOf oneOf not if then else contains dependentSchemas patternProperties'.split(' '),
);
const byName = new Set(['properties', 'dependentSchemas', 'patternProperties']);
const most = 10_000;

/**
 * Whether one value may be judged by very many paths through a schema: alternatives that each lead back to their own schema
 * double the work with each level of an event, and references that fan out double it with each definition.
 */
export function hasManyPaths(root: JsonObject): boolean {
  const seen = new Map<JsonObject, { index: number; low: number; open: boolean; paths: number }>();
  const stack: JsonObject[] = [];
  let many = false;

  // Tarjan's strongly connected components: what leads back to itself is closed together, after all that it leads to.
  const visit = (schema: JsonObject) => {
    const node = { index: seen.size, low: seen.size, open: true, paths: 1 };
    seen.set(schema, node);
    stack.push(schema);
    const groups = groupsOf(schema, root);
    for (const child of groups.flat()) {
      const other = seen.get(child) ?? visit(child);
      if (other.open) node.low = Math.min(node.low, other.low);
    }
    const leadsBack = (group: JsonObject[]): boolean => group.some((child) => seen.get(child)!.open);
    if (groups.filter(leadsBack).length > 1) many = true;
    for (const group of groups) node.paths += Math.max(0, ...group.map((child) => seen.get(child)!.paths));
    if (node.paths > most) many = true;
    if (node.low === node.index)
      for (let last; last !== schema;) seen.get((last = stack.pop()!))!.open = false;
    return node;
  };
  visit(root);
  return many;
}

/** The schemas that a schema leads to: each group may look at the same value as every other group. */
function groupsOf(schema: JsonObject, root: JsonObject): JsonObject[][] {
  const together: JsonObject[] = [];
  const groups: JsonObject[][] = [];
  const target = derefOnce(schema, root);
  if (target !== undefined) groups.push([target]);
  for (const keyword of Object.keys(schema))
    if (disjoint.has(keyword)) together.push(...schemasIn(keyword, schema[keyword]));
    else if (alike.has(keyword)) for (const part of schemasIn(keyword, schema[keyword])) groups.push([part]);
  if (together.length > 0) groups.push(together);
  return groups;
}

function schemasIn(keyword: string, value: Json | undefined): JsonObject[] {
  if (Array.isArray(value)) return value.filter(isObject);
  if (!isObject(value)) return [];
  return byName.has(keyword) ? Object.values(value).filter(isObject) : [value];
}
