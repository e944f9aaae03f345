import type { Contract } from '../../contracts/contract.ts';
import { isObject } from '../../model/json.ts';
import { pointerOf } from '../../model/pointer.ts';
import { isOwnName, ownNamesOf } from '../healers/heuristics/containers.ts';
import { misspeltBeside } from '../healers/heuristics/likeness.ts';
import { foldedName, lettersOf } from '../healers/heuristics/names.ts';
import { schemasAt } from './schema-paths.ts';
import { type Place, placesOf } from './undeclared-places.ts';

/** An object that a contract declares: its fields, and how other names read beside them. */
export interface DeclaredObject {
  readonly names: ReadonlySet<string>;
  /** Whether it takes names that it does not list as declared: a dictionary. */
  readonly isOpen: boolean;
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
  /** Of any other: which declared fields it may hold. */
  place: Place | undefined;
}

/** How a name in an undeclared container reads, in the declared object around it. */
export interface ReadingWithin {
  /**
   * The paths of declared fields that it may be called after: of one segment for a field of the object itself, else of a field
   * of the objects in it. They read so without case, separators and diacritics, or as an alias, or else with a slip of the keys.
   */
  namesakes: readonly (readonly string[])[];
  /** Whether it reads as they do, and is not only like them. */
  isExact: boolean;
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
  const { names, isOpen, hasPatterns } = namesOf(contract, path);
  const own = ownNamesOf(contract);
  const misspelt = misspeltBeside(isOpen ? [] : [...names]);
  const children = new Map<string, DeclaredObject | undefined>();
  let found: ReturnType<typeof foldedPaths> | undefined;
  // The keys of a dictionary are values, and none reads like another by mistake.
  const declared = () => (found ??= foldedPaths(contract, path, isOpen ? [] : [...names]));

  const below = (name: string): DeclaredObject | undefined => {
    if (children.has(name)) return children.get(name);
    const child = objectAt(contract, [...path, name]);
    if (names.has(name)) children.set(name, child);
    return child;
  };
  const within = (prefix: string, key: string, depth: number): ReadingWithin['within'] => {
    if (depth > maxUndeclaredDepth) return undefined;
    const fold = lettersOf(key);
    const before = plainContainers.has(fold) || isOwnName(key, own) ? prefix : foldedName([prefix, fold]);
    return declared().hasLonger(before)
      ? remembered((inner) => readingWithin(before, inner, depth))
      : undefined;
  };
  const readingWithin = (prefix: string, key: string, depth: number): ReadingWithin => ({
    ...namesakes(prefix, key),
    within: within(prefix, key, depth + 1),
  });
  const namesakes = (prefix: string, key: string): Pick<ReadingWithin, 'namesakes' | 'isExact'> => {
    // A path with slashes, `company/industry`, names a field within an object.
    const exact = declared().byFold.get(foldedName([prefix, lettersOf(key).replaceAll('/', '')]));
    if (exact !== undefined) return { namesakes: exact, isExact: true };
    return { namesakes: prefix === '' ? misspelt(key).map((name) => [name]) : none, isExact: false };
  };
  return {
    names,
    isOpen: isOpen || hasPatterns,
    below,
    reading: remembered((key) =>
      names.has(key)
        ? { isDeclared: true, below: below(key), place: undefined, ...noNamesakes }
        : {
            isDeclared: false,
            below: undefined,
            place: placeAt(contract, [...path, key]),
            ...readingWithin('', key, 0),
          },
    ),
  };
}

const placeAt = (contract: Contract, path: readonly string[]): Place =>
  path.reduce((place, segment) => place.below(segment), placesOf(contract));

/** The names of an object's fields; `isOpen`: it is a dictionary. */
function namesOf(
  { jsonSchema }: Contract,
  path: readonly string[],
): { names: Set<string>; isOpen: boolean; hasPatterns: boolean } {
  const names = new Set<string>();
  let [isOpen, hasPatterns] = [false, false];
  for (const { properties, additionalProperties, patternProperties } of schemasAt(jsonSchema, path)) {
    hasPatterns ||= isObject(patternProperties);
    if (isObject(properties)) for (const name of Object.keys(properties)) names.add(name);
    isOpen ||= isObject(additionalProperties) && Object.keys(additionalProperties).length > 0;
  }
  return { names, isOpen, hasPatterns };
}

const maxPaths = 5000;
const maxJoined = 6;

/** The fields of an object and of the objects in it, but for those in lists, by their folded paths and by their aliases. */
function foldedPaths(
  contract: Contract,
  path: readonly string[],
  names: readonly string[],
): { byFold: Map<string, string[][]>; hasLonger: (prefix: string) => boolean } {
  const byFold = new Map<string, string[][]>();
  let level = names.map((name) => [name]);
  for (let depth = 1, count = 0; level.length > 0 && depth <= maxJoined; depth++) {
    for (const within of level) {
      const others = contract.aliases[pointerOf([...path, ...within])] ?? [];
      const aliases = others.filter((alias) => !alias.startsWith('/'));
      for (const leaf of [within.at(-1)!, ...aliases]) {
        const fold = foldedName([...within.slice(0, -1), leaf].map(lettersOf));
        const alike = byFold.get(fold) ?? [];
        // A field's own name comes before that of a path.
        if (alike.includes(within) || (alike[0]?.length ?? depth) < depth) continue;
        byFold.set(fold, [...alike, within]);
      }
    }
    count += level.length;
    level = level
      .flatMap((within) => {
        const inner = namesOf(contract, [...path, ...within]);
        return inner.isOpen ? [] : [...inner.names].map((name) => [...within, name]);
      })
      .slice(0, Math.max(0, maxPaths - count));
  }
  const folds = [...byFold.keys()].sort();
  const hasLonger = (prefix: string): boolean => {
    let [low, high] = [0, folds.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (folds[middle]! > prefix) high = middle;
      else low = middle + 1;
    }
    return folds[low]?.startsWith(prefix) === true;
  };
  return { byFold, hasLonger };
}

function objectAt(contract: Contract, path: readonly string[]): DeclaredObject | undefined {
  if (path.length > maxDepth) return undefined;
  const schemas = schemasAt(contract.jsonSchema, path);
  if (schemas.some(({ properties }) => isObject(properties))) return declaredObject(contract, path);
  return schemas.some(({ items }) => isObject(items)) ? objectAt(contract, [...path, '*']) : undefined;
}

const none: readonly never[] = [];
const noNamesakes = { namesakes: none, isExact: false, within: undefined };

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
