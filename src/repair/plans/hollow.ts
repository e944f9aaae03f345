import type { Contract } from '../../contracts/contract.ts';
import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import type { Plan, Pointer } from '../../model/plan.ts';
import { bind, bindings, segmentsOf, valueAt } from '../../model/pointer.ts';
import { type DeclaredObject, declaredTree } from './declared-tree.ts';
import { pathsOf } from './operation-paths.ts';
import { byShape } from './shapes.ts';

/** Where an object that a plan has made or moved holds none of the fields that the contract declares for it. */
export type HollowCheck = (event: JsonObject, result: JsonObject) => Pointer | undefined;

/**
 * Of an object whose fields are all optional the contract takes any: also `{"nodes": […]}`, wrapped into a list, or the
 * `{name, value}` of a list of one. Loaded, it would be an object of NULLs.
 */
export function compileHollow({ operations }: Plan, contract: Contract): HollowCheck {
  const places = new Map<Pointer, { path: string[]; node: DeclaredObject }>();
  for (const operation of operations) {
    if (!madeBy.has(operation.op)) continue;
    for (const pointer of pathsOf(operation).writes) {
      const path = segmentsOf(pointer);
      const node = nodeAt(declaredTree(contract), path);
      if (node !== undefined && !node.isOpen && node.names.size > 0) places.set(pointer, { path, node });
    }
  }
  if (places.size === 0) return () => undefined;
  return byShape((_event: JsonObject, result: JsonObject) => {
    for (const [pointer, { path, node }] of places)
      for (const indexes of bindings(result, path) ?? [])
        if (holdsNothing(valueAt(result, bind(path, indexes)), node)) return pointer;
    return undefined;
  });
}

const madeBy: ReadonlySet<string> = new Set(['copy', 'move', 'parse', 'unwrap', 'wrap']);

/** None of the declared fields, and others instead. */
function holdsNothing(value: Json | undefined, node: DeclaredObject): boolean {
  if (Array.isArray(value)) return value.some((item) => holdsNothing(item, node));
  if (value === undefined || !isObject(value)) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && !keys.some((key) => node.names.has(key));
}

function nodeAt(tree: DeclaredObject, path: readonly string[]): DeclaredObject | undefined {
  let node: DeclaredObject | undefined = tree;
  for (const segment of path) if (segment !== '*') node = node?.below(segment);
  return path.length === 0 ? undefined : node;
}
