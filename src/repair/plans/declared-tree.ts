import type { Contract } from '../../contracts/contract.ts';
import { type JsonObject, isObject } from '../../model/json.ts';
import { schemasAt } from './schema-paths.ts';

/** An object that a contract declares: its fields, and how they read. */
export interface DeclaredObject {
  readonly names: ReadonlySet<string>;
  /** Fields by their name without case, separators and diacritics. */
  namesakes(key: string): readonly string[];
  /** Fields of the objects in it that read so together with the object's name. */
  joined(key: string): readonly (readonly [object: string, field: string])[];
  /** The object at a field, or in the elements of the array there. */
  below(name: string): DeclaredObject | undefined;
}

const known = new WeakMap<Contract, DeclaredObject>();

export function declaredTree(contract: Contract): DeclaredObject {
  const before = known.get(contract);
  if (before !== undefined) return before;
  const tree = declaredObject(contract.jsonSchema, []);
  known.set(contract, tree);
  return tree;
}

const maxDepth = 16;

function declaredObject(root: JsonObject, path: readonly string[]): DeclaredObject {
  const names = new Set<string>();
  let isOpen = false;
  for (const { properties, additionalProperties } of schemasAt(root, path)) {
    if (isObject(properties)) for (const name of Object.keys(properties)) names.add(name);
    isOpen ||= isObject(additionalProperties) && Object.keys(additionalProperties).length > 0;
  }
  const byFold = new Map<string, string[]>();
  // The keys of a dictionary are values, and none reads like another by mistake.
  for (const name of isOpen ? [] : names) {
    const fold = folded(name);
    byFold.set(fold, [...(byFold.get(fold) ?? []), name]);
  }
  const children = new Map<string, DeclaredObject | undefined>();
  let byPath: Map<string, [string, string][]> | undefined;
  return {
    names,
    namesakes: (key) => byFold.get(folded(key)) ?? none,
    joined: (key) => (byPath ??= joinedNames(root, path, names)).get(folded(key)) ?? nobody,
    below(name) {
      if (children.has(name)) return children.get(name);
      const child = objectAt(root, [...path, name]);
      if (names.has(name)) children.set(name, child);
      return child;
    },
  };
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

function objectAt(root: JsonObject, path: readonly string[]): DeclaredObject | undefined {
  if (path.length > maxDepth) return undefined;
  const schemas = schemasAt(root, path);
  if (schemas.some(({ properties }) => isObject(properties))) return declaredObject(root, path);
  return schemas.some(({ items }) => isObject(items)) ? objectAt(root, [...path, '*']) : undefined;
}

const none: readonly string[] = [];
const nobody: readonly (readonly [string, string])[] = [];

const folds = new Map<string, string>();
const maxFolds = 20_000;

/** Letters and digits alone, in lower case, without diacritics. */
export function folded(key: string): string {
  const before = folds.get(key);
  if (before !== undefined) return before;
  if (folds.size >= maxFolds) folds.clear();
  const fold = key
    .slice(0, 128)
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
  folds.set(key, fold);
  return fold;
}
