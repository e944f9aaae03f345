import type { Contract } from '../../contracts/contract.ts';
import { type JsonObject, isObject } from '../../model/json.ts';
import { pointerOf } from '../../model/pointer.ts';
import { schemasAt } from './schema-paths.ts';

/** An object that a contract declares: its fields, and how other names read beside them. */
export interface DeclaredObject {
  readonly names: ReadonlySet<string>;
  /** How a name in the object reads. */
  reading(key: string): Reading;
  /** The object at a field, or in the elements of the array there. */
  below(name: string): DeclaredObject | undefined;
}

/** How a name in a declared object reads. */
export interface Reading extends ReadingWithin {
  isDeclared: boolean;
  /** Of a declared name: the object there. */
  below: DeclaredObject | undefined;
  /** Fields of the objects beside it that read so together with the object's name. */
  joined: readonly (readonly [object: string, field: string])[];
}

/** How a name in an undeclared container reads, in the declared object around it. */
export interface ReadingWithin {
  /** The declared fields that have this name without case, separators and diacritics, or as an alias. */
  namesakes: readonly string[];
  /** How the names in an undeclared object of this name read; undefined when none of them can have a declared name. */
  within: ((key: string) => ReadingWithin) | undefined;
}

const trees = new WeakMap<Contract, DeclaredObject>();

export function declaredTree(contract: Contract): DeclaredObject {
  const before = trees.get(contract);
  if (before !== undefined) return before;
  const tree = declaredObject(contract, []);
  trees.set(contract, tree);
  return tree;
}

/** Containers that only hold the event; what is in them is looked at as if it stood beside them. */
const plainContainers = new Set(['data', 'payload', 'attributes', 'body']);
/** What lies deeper in something undeclared is looked at by nobody. */
const maxUndeclaredDepth = 3;
const maxDepth = 16;

function declaredObject(contract: Contract, path: readonly string[]): DeclaredObject {
  const { jsonSchema: root } = contract;
  const { names, byFold } = namesOf(contract, path);
  const folds = [...byFold.keys()];
  const children = new Map<string, DeclaredObject | undefined>();
  let byPath: Map<string, [string, string][]> | undefined;

  const below = (name: string): DeclaredObject | undefined => {
    if (children.has(name)) return children.get(name);
    const child = objectAt(contract, [...path, name]);
    if (names.has(name)) children.set(name, child);
    return child;
  };
  const within = (prefix: string, key: string, depth: number): ReadingWithin['within'] => {
    if (depth > maxUndeclaredDepth) return undefined;
    const fold = folded(key);
    const before = plainContainers.has(fold) ? prefix : prefix + fold;
    const leads = folds.some((name) => name.length > before.length && name.startsWith(before));
    return leads ? remembered((inner) => readingWithin(before, inner, depth)) : undefined;
  };
  const readingWithin = (prefix: string, key: string, depth: number): ReadingWithin => ({
    namesakes: byFold.get(prefix + folded(key)) ?? none,
    within: within(prefix, key, depth + 1),
  });
  return {
    names,
    below,
    reading: remembered((key) => {
      if (names.has(key))
        return { isDeclared: true, below: below(key), namesakes: none, joined: none, within: undefined };
      const joined = (byPath ??= joinedNames(root, path, names)).get(folded(key)) ?? none;
      return { isDeclared: false, below: undefined, joined, ...readingWithin('', key, 0) };
    }),
  };
}

/** The names of an object's fields, and the fields by those names and their aliases, folded. */
function namesOf(
  { jsonSchema, aliases }: Contract,
  path: readonly string[],
): { names: Set<string>; byFold: Map<string, string[]> } {
  const names = new Set<string>();
  let isOpen = false;
  for (const { properties, additionalProperties } of schemasAt(jsonSchema, path)) {
    if (isObject(properties)) for (const name of Object.keys(properties)) names.add(name);
    isOpen ||= isObject(additionalProperties) && Object.keys(additionalProperties).length > 0;
  }
  const byFold = new Map<string, string[]>();
  // The keys of a dictionary are values, and none reads like another by mistake.
  for (const name of isOpen ? [] : names) {
    const others = aliases[pointerOf([...path, name])]?.filter((alias) => !alias.startsWith('/')) ?? [];
    for (const fold of new Set([name, ...others].map(folded)))
      byFold.set(fold, [...(byFold.get(fold) ?? []), name]);
  }
  return { names, byFold };
}

function joinedNames(
  root: JsonObject,
  path: readonly string[],
  names: ReadonlySet<string>,
): Map<string, [string, string][]> {
  const joined = new Map<string, [string, string][]>();
  for (const object of names)
    for (const { properties } of schemasAt(root, [...path, object]))
      for (const field of isObject(properties) ? Object.keys(properties) : []) {
        const fold = folded(object + field);
        const alike = joined.get(fold) ?? [];
        if (!alike.some(([name, leaf]) => name === object && leaf === field)) alike.push([object, field]);
        joined.set(fold, alike);
      }
  return joined;
}

function objectAt(contract: Contract, path: readonly string[]): DeclaredObject | undefined {
  if (path.length > maxDepth) return undefined;
  const schemas = schemasAt(contract.jsonSchema, path);
  if (schemas.some(({ properties }) => isObject(properties))) return declaredObject(contract, path);
  return schemas.some(({ items }) => isObject(items)) ? objectAt(contract, [...path, '*']) : undefined;
}

const none: readonly never[] = [];

/** A sender that makes up names could go on for ever: then all is worked out anew. */
const maxRemembered = 2000;
const maxNameLength = 128;

function remembered<T>(work: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    let found = known.get(key);
    if (found === undefined) {
      found = work(key);
      if (known.size >= maxRemembered) known.clear();
      if (key.length <= maxNameLength) known.set(key, found);
    }
    return found;
  };
}

/** Letters and digits alone, in lower case, without diacritics. */
export const folded = remembered((key: string) =>
  key
    .slice(0, maxNameLength)
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ''),
);
