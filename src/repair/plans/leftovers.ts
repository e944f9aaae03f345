import type { Contract } from '../../contracts/contract.ts';
import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import type { Plan, Pointer } from '../../model/plan.ts';
import { child, pointerOf, segmentsOf, valueAt } from '../../model/pointer.ts';
import { type DeclaredObject, declaredTree, folded } from './declared-tree.ts';
import { pathsOf } from './static-check.ts';

/**
 * The undeclared fields of a result that have the name of a declared one which is still empty, or which the plan filled
 * from elsewhere: half a repair is no repair. As pointers, `*` for array indexes; none when the result is whole.
 */
export type LeftoverCheck = (result: JsonObject) => Pointer[];

/** Containers that only hold the event; what is in them is looked at as if it stood beside them. */
const plainContainers = new Set(['data', 'payload', 'attributes', 'body']);
/** What lies deeper in something undeclared is looked at by nobody. */
const maxUndeclaredDepth = 3;
const maxFound = 10;

export function compileLeftovers(plan: Plan, contract: Contract): LeftoverCheck {
  const tree = declaredTree(contract);
  const { written, kept, ways } = touchedBy(plan, tree);

  return (result) => {
    const found = new Set<Pointer>();
    const report = (path: readonly string[]): void => {
      const pointer = pointerOf(path);
      if (!kept.has(pointer) && found.size < maxFound) found.add(pointer);
    };
    const isWanted = (name: string, around: JsonObject, node: DeclaredObject): boolean => {
      const value = child(around, name);
      return value === undefined || value === null || written.get(node)?.has(name) === true;
    };
    /** `prefix`: the names of the undeclared containers on the way, which the whole name may include. */
    const lookWithin = (
      container: JsonObject,
      path: string[],
      prefix: string,
      around: JsonObject,
      node: DeclaredObject,
    ): void => {
      for (const key in container) {
        const at = [...path, key];
        for (const name of node.namesakes(prefix + key)) if (isWanted(name, around, node)) report(at);
        const value = container[key]!;
        if (!isObject(value) || path.length >= maxUndeclaredDepth) continue;
        const isPlain = plainContainers.has(folded(key));
        lookWithin(value, at, isPlain ? prefix : prefix + key, around, node);
      }
    };
    const look = (value: Json, node: DeclaredObject, path: string[]): void => {
      if (Array.isArray(value)) {
        for (const item of value) look(item, node, [...path, '*']);
        return;
      }
      if (!isObject(value)) return;
      for (const key in value) {
        const inner = value[key]!;
        if (node.names.has(key)) {
          if (typeof inner !== 'object' || inner === null) continue;
          const below = node.below(key);
          if (below !== undefined) look(inner, below, [...path, key]);
          continue;
        }
        for (const name of node.namesakes(key)) if (isWanted(name, value, node)) report([...path, key]);
        for (const [object, field] of node.joined(key)) {
          const [around, below] = [value[object], node.below(object)];
          if (isObject(around) && below !== undefined && isWanted(field, around, below))
            report([...path, key]);
        }
        if (!isObject(inner)) continue;
        const prefix = plainContainers.has(folded(key)) ? '' : key;
        lookWithin(inner, [...path, key], prefix, value, node);
      }
    };
    look(result, tree, []);
    for (const { from, to, node } of ways) {
      const [left, around] = [valueAt(result, from), valueAt(result, to)];
      if (!isObject(left) || !isObject(around)) continue;
      for (const key in left)
        for (const name of node.namesakes(key)) if (isWanted(name, around, node)) report([...from, key]);
    }
    return [...found];
  };
}

interface Touched {
  /** Fields that the plan fills, by the object that declares them. */
  written: ReadonlyMap<DeclaredObject, ReadonlySet<string>>;
  /** What is copied stays where it was. */
  kept: ReadonlySet<Pointer>;
  /** Out of which undeclared container values were moved, and into which declared object. */
  ways: readonly { from: string[]; to: string[]; node: DeclaredObject }[];
}

function touchedBy({ operations }: Plan, tree: DeclaredObject): Touched {
  const written = new Map<DeclaredObject, Set<string>>();
  const kept = new Set<Pointer>();
  const ways = new Map<string, Touched['ways'][number]>();
  for (const operation of operations) {
    const { reads, writes } = pathsOf(operation);
    if (operation.op === 'copy') kept.add(operation.from);
    for (const path of writes) {
      if (reads.includes(path)) continue;
      const to = segmentsOf(path).slice(0, -1);
      const node = nodeAt(tree, to);
      if (node === undefined) continue;
      written.set(node, (written.get(node) ?? new Set()).add(segmentsOf(path).at(-1)!));
      for (const read of reads) {
        const from = segmentsOf(read).slice(0, -1);
        if (from.includes('*') || to.includes('*') || from.length === 0) continue;
        if (nodeAt(tree, from) === undefined)
          ways.set(`${pointerOf(from)} ${pointerOf(to)}`, { from, to, node });
      }
    }
  }
  return { written, kept, ways: [...ways.values()] };
}

function nodeAt(tree: DeclaredObject, path: readonly string[]): DeclaredObject | undefined {
  let node: DeclaredObject | undefined = tree;
  for (const segment of path) {
    if (segment === '*') continue;
    node = node?.names.has(segment) === true ? node.below(segment) : undefined;
  }
  return node;
}
