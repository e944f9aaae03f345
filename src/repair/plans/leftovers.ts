import type { Contract } from '../../contracts/contract.ts';
import { type JsonObject, isObject } from '../../model/json.ts';
import type { Plan, Pointer } from '../../model/plan.ts';
import { child, pointerOf, segmentsOf, valueAt } from '../../model/pointer.ts';
import { lettersOf } from '../healers/heuristics/names.ts';
import { type DeclaredObject, declaredTree } from './declared-tree.ts';
import { eachNamesake } from './namesakes.ts';
import { pathsOf } from './operation-paths.ts';
import { takesNull } from './schema-paths.ts';

/**
 * The undeclared fields of a result that have the name of a declared one which is still empty, or which the plan filled
 * from elsewhere: half a repair is no repair. As pointers, `*` for array indexes; none when the result is whole.
 */
export type LeftoverCheck = (result: JsonObject) => Pointer[];

const maxFound = 10;

export function compileLeftovers(plan: Plan, contract: Contract): LeftoverCheck {
  const tree = declaredTree(contract);
  const { written, kept, ways } = touchedBy(plan, tree);
  const isWanted = (meant: unknown, node: DeclaredObject, name: string): boolean =>
    isEmpty(meant) || written.get(node)?.has(name) === true;

  return (result) => {
    const found = new Set<Pointer>();
    const report = (path: readonly string[]): void => {
      const pointer = pointerOf(path);
      if (!kept.has(pointer) && found.size < maxFound) found.add(pointer);
    };
    eachNamesake(
      result,
      tree,
      ({ at, to, meant, node, name, isExact, value }) => {
        if (value === null && !takesNull(contract.jsonSchema, to)) return;
        // One that is only like it is a rival of what the plan took, and no leftover.
        if (isExact ? isWanted(meant, node, name) : isEmpty(meant)) report(at);
      },
      () => '*',
    );
    for (const { from, to, node } of ways) {
      const [left, around] = [valueAt(result, from), valueAt(result, to)];
      if (!isObject(left) || !isObject(around)) continue;
      const outside = nodeAt(tree, from);
      for (const key in left)
        for (const name of outside?.names.has(key) === true ? [] : namesakesIn(node, key)) {
          const isNothing = left[key] === null && !takesNull(contract.jsonSchema, [...to, name]);
          if (!isNothing && isWanted(child(around, name), node, name)) report([...from, key]);
        }
    }
    return [...found];
  };
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null;

/** Out of a container that a plan unpacks, a field's own name is looked for, too. */
function namesakesIn(node: DeclaredObject, key: string): readonly string[] {
  const { isDeclared, namesakes } = node.reading(key);
  return isDeclared ? [key] : namesakes.flatMap(([name, ...within]) => (within.length === 0 ? [name!] : []));
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
        if (from.includes('*') || to.includes('*') || pointerOf(from) === pointerOf(to)) continue;
        // Out of a declared object fields go into another one as they are: the others of that may follow.
        const isPushed = lettersOf(segmentsOf(read).at(-1)!) === lettersOf(segmentsOf(path).at(-1)!);
        if (nodeAt(tree, from) === undefined || isPushed)
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
