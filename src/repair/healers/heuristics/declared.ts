import { addTo } from '../../../support/add-to.ts';
import { type JsonObject, isObject } from '../../../model/json.ts';
import { schemasAt } from '../../plans/schema-paths.ts';
import { wordsOfPath } from './containers.ts';
import { foldedName, wordsOf } from './names.ts';

type Paths = readonly (readonly string[])[];

/** The paths that a contract declares, with `*` for the elements of arrays, found by how they read. */
export interface DeclaredNames {
  /** By the last name. */
  endingIn(folded: string): Paths;
  /** By all of it, but for containers that add no meaning. */
  reading(folded: string): Paths;
}

const maxDepth = 8;
const maxPaths = 5000;
const known = new WeakMap<JsonObject, DeclaredNames>();

/** Read once for each contract: GitHub's have thousands of paths. Those near the top come first. */
export function declaredNames(jsonSchema: JsonObject): DeclaredNames {
  const before = known.get(jsonSchema);
  if (before !== undefined) return before;
  const byLeaf = new Map<string, string[][]>();
  const byPath = new Map<string, string[][]>();
  for (const path of declaredPaths(jsonSchema)) {
    const leaf = path.at(-1)!;
    if (leaf === '*') continue;
    addTo(byLeaf, foldedName(wordsOf(leaf)), path);
    addTo(byPath, foldedName(wordsOfPath(path, [])), path);
  }
  const names: DeclaredNames = {
    endingIn: (folded) => byLeaf.get(folded) ?? [],
    reading: (folded) => byPath.get(folded) ?? [],
  };
  known.set(jsonSchema, names);
  return names;
}

/** All of them, level by level, to a bound. */
export function declaredPaths(jsonSchema: JsonObject): string[][] {
  const paths: string[][] = [];
  let level: string[][] = [[]];
  for (let depth = 0; depth < maxDepth && paths.length < maxPaths; depth++) {
    level = level.flatMap((path) => pathsBelow(jsonSchema, path)).slice(0, maxPaths - paths.length);
    paths.push(...level);
  }
  return paths;
}

function pathsBelow(jsonSchema: JsonObject, path: readonly string[]): string[][] {
  const names = new Set<string>();
  for (const { items, properties } of schemasAt(jsonSchema, path)) {
    if (isObject(items)) names.add('*');
    for (const name of isObject(properties) ? Object.keys(properties) : []) names.add(name);
  }
  return [...names].map((name) => [...path, name]);
}

/** The fields of an object that the contract declares, and those without which it is none. */
export function fieldsOf(
  jsonSchema: JsonObject,
  path: readonly string[],
): { names: string[]; required: ReadonlySet<string> } {
  const names = new Set<string>();
  let required: ReadonlySet<string> | undefined;
  for (const schema of schemasAt(jsonSchema, path)) {
    if (!isObject(schema['properties'])) continue;
    for (const name of Object.keys(schema['properties'])) names.add(name);
    const listed = Array.isArray(schema['required']) ? schema['required'] : [];
    const mine = new Set(listed.filter((name) => typeof name === 'string'));
    // Of alternatives, what all of them require.
    required = required === undefined ? mine : new Set([...required].filter((name) => mine.has(name)));
  }
  return { names: [...names], required: required ?? new Set() };
}
