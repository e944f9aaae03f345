import type { Contract } from '../contracts/contract.ts';
import { type Json, type JsonObject, isObject } from '../json.ts';
import { cast } from './cast.ts';
import type { Operation, Plan } from './plan.ts';
import { bind, matchPrefix, pointerOf, segmentsOf, valueAt } from './pointer.ts';
import { isDeclared, listedValues } from './schema-paths.ts';

type Path = readonly string[];

/**
 * Proves, without running the plan, that nothing in `result` is invented and nothing of `original` is lost: each leaf of
 * the result is what some chain of the plan's operations makes of a leaf of the original, and each leaf of the original
 * went somewhere or was removed by name. Shares no code with the interpreter but pointers and casts. Returns what can't
 * be proven, naming the path, or undefined.
 */
export function checkProvenance(
  original: JsonObject,
  plan: Plan,
  result: JsonObject,
  contract: Contract,
): string | undefined {
  const origins = new Origins(original, plan.operations, contract);
  for (const [path, value] of leaves(result)) {
    if (!origins.values(path, plan.operations.length).some((possible) => isSame(possible, value)))
      return `${pointerOf(path)}: its value does not come from the event`;
  }
  for (const [path, value] of leaves(original)) {
    if (value === null || isEmpty(value)) continue;
    if (!survives(path, value, plan.operations, result, contract))
      return `${pointerOf(path)}: its value would be lost`;
  }
  return undefined;
}

/** Which values can stand at a path after the first operations of a plan, each one done or left out. */
class Origins {
  readonly #original: JsonObject;
  readonly #operations: readonly Operation[];
  readonly #contract: Contract;
  readonly #known = new Map<string, Json[]>();

  constructor(original: JsonObject, operations: readonly Operation[], contract: Contract) {
    this.#original = original;
    this.#operations = operations;
    this.#contract = contract;
  }

  values(path: Path, count: number): Json[] {
    const key = `${count}${pointerOf(path)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, []);
    const found =
      count === 0
        ? this.#inOriginal(path)
        : [...this.values(path, count - 1), ...this.#made(path, count - 1)];
    const distinct = found.filter((value, at) => found.findIndex((other) => isSame(other, value)) === at);
    if (distinct.length > maxPossibilities) throw new RangeError('too many ways to one value');
    this.#known.set(key, distinct);
    return distinct;
  }

  #inOriginal(path: Path): Json[] {
    const value = valueAt(this.#original, path);
    return value === undefined ? [] : [value];
  }

  /** What the operation at `index` can put at the path. */
  #made(path: Path, index: number): Json[] {
    const operation = this.#operations[index]!;
    const before = (at: Path) => this.values(at, index);
    switch (operation.op) {
      case 'move':
      case 'copy': {
        const match = matchPrefix(segmentsOf(operation.to), path);
        return match === undefined
          ? []
          : before([...bind(segmentsOf(operation.from), match.indexes), ...match.rest]);
      }
      case 'split':
        return operation.to.flatMap((target, part) => {
          const match = exactly(target, path);
          if (match === undefined) return [];
          return texts(before(bind(segmentsOf(operation.from), match))).flatMap((text) => {
            const parts = text.split(operation.separator);
            return parts.length === operation.to.length ? [parts[part]!] : [];
          });
        });
      case 'join': {
        const match = exactly(operation.to, path);
        if (match === undefined) return [];
        const sources = operation.from.map((from) => texts(before(bind(segmentsOf(from), match))));
        return combinations(sources).map((parts) => parts.join(operation.separator));
      }
      case 'parse': {
        const match = matchPrefix(segmentsOf(operation.path), path);
        if (match === undefined) return [];
        const at = path.slice(0, path.length - match.rest.length);
        return texts(before(at)).flatMap((text) => {
          const value = valueAt(parseOrNull(text), match.rest);
          return value === undefined ? [] : [value];
        });
      }
      case 'wrap': {
        const match = matchPrefix([...segmentsOf(operation.path), '0'], path);
        return match === undefined
          ? []
          : before([...path.slice(0, path.length - match.rest.length - 1), ...match.rest]);
      }
      case 'unwrap': {
        const match = matchPrefix(segmentsOf(operation.path), path);
        return match === undefined
          ? []
          : before([...path.slice(0, path.length - match.rest.length), '0', ...match.rest]);
      }
      case 'remove':
        return [];
      default:
        return exactly(operation.path, path) === undefined
          ? []
          : before(path).flatMap((value) => this.#respelled(operation, value));
    }
  }

  #respelled(
    operation: Operation & { op: 'cast' | 'map' | 'trim' | 'upper' | 'lower' },
    value: Json,
  ): Json[] {
    switch (operation.op) {
      case 'cast': {
        const result = cast(value, operation.to, operation.format);
        return result.ok ? [result.value] : [];
      }
      case 'map': {
        const output =
          typeof value !== 'object' && Object.hasOwn(operation.values, String(value))
            ? operation.values[String(value)]
            : undefined;
        if (output === undefined) return [];
        const listed = listedValues(this.#contract.jsonSchema, segmentsOf(operation.path));
        return listed.includes(output) ? [output] : [];
      }
      case 'trim':
        return texts([value]).map((text) => text.trim());
      case 'upper':
        return texts([value]).map((text) => text.toUpperCase());
      case 'lower':
        return texts([value]).map((text) => text.toLowerCase());
    }
  }
}

const maxPossibilities = 1000;

/** Follows a leaf of the original to where it can be, and looks whether it, or what was made of it, is there. */
function survives(
  start: Path,
  value: Json,
  operations: readonly Operation[],
  result: JsonObject,
  contract: Contract,
): boolean {
  /** Path → whether the value there may differ from the original's. */
  let places = new Map<string, { path: Path; respelled: boolean }>([
    [pointerOf(start), { path: start, respelled: false }],
  ]);
  for (const operation of operations) {
    const next = new Map(places);
    const add = (path: Path, respelled: boolean) => {
      const pointer = pointerOf(path);
      next.set(pointer, { path, respelled: respelled || next.get(pointer)?.respelled === true });
    };
    for (const { path, respelled } of places.values()) {
      if (operation.op === 'remove') {
        const isRemoved = matchPrefix(segmentsOf(operation.path), path) !== undefined;
        if (isRemoved && !isDeclared(contract.jsonSchema, segmentsOf(operation.path))) return true;
        continue;
      }
      for (const to of destinations(operation, path)) add(to.path, respelled || to.respelled);
    }
    places = next;
  }
  return [...places.values()].some(({ path, respelled }) => {
    const found = valueAt(result, path);
    return found !== undefined && (respelled || isSame(found, value));
  });
}

function destinations(operation: Operation, path: Path): { path: Path; respelled: boolean }[] {
  switch (operation.op) {
    case 'move':
    case 'copy': {
      const match = matchPrefix(segmentsOf(operation.from), path);
      return match === undefined
        ? []
        : [{ path: [...bind(segmentsOf(operation.to), match.indexes), ...match.rest], respelled: false }];
    }
    case 'split': {
      const match = exactly(operation.from, path);
      return match === undefined
        ? []
        : operation.to.map((to) => ({ path: bind(segmentsOf(to), match), respelled: true }));
    }
    case 'join':
      return operation.from.flatMap((from) => {
        const match = exactly(from, path);
        return match === undefined ? [] : [{ path: bind(segmentsOf(operation.to), match), respelled: true }];
      });
    case 'wrap': {
      const match = matchPrefix(segmentsOf(operation.path), path);
      if (match === undefined) return [];
      return [
        { path: [...path.slice(0, path.length - match.rest.length), '0', ...match.rest], respelled: false },
      ];
    }
    case 'unwrap': {
      const match = matchPrefix([...segmentsOf(operation.path), '0'], path);
      if (match === undefined) return [];
      return [
        { path: [...path.slice(0, path.length - match.rest.length - 1), ...match.rest], respelled: false },
      ];
    }
    case 'remove':
      return [];
    default:
      return exactly(operation.path, path) === undefined ? [] : [{ path, respelled: true }];
  }
}

/** The indexes that the pattern's stars stand for when the path is exactly what it means. */
function exactly(pattern: string, path: Path): string[] | undefined {
  const match = matchPrefix(segmentsOf(pattern), path);
  return match !== undefined && match.rest.length === 0 ? match.indexes : undefined;
}

function texts(values: readonly Json[]): string[] {
  return values.filter((value) => typeof value === 'string');
}

function combinations(sources: readonly string[][]): string[][] {
  return sources.reduce<string[][]>(
    (lists, source) =>
      lists.flatMap((list) => source.map((text) => [...list, text])).slice(0, maxPossibilities),
    [[]],
  );
}

function parseOrNull(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null; // not JSON: nothing can have come from parsing it
  }
}

/** All values that hold no others, empty objects and arrays included. */
function* leaves(value: Json, path: string[] = []): Generator<[Path, Json]> {
  if (typeof value !== 'object' || value === null || isEmpty(value)) {
    yield [path, value];
    return;
  }
  for (const [key, child] of Object.entries(value)) yield* leaves(child as Json, [...path, key]);
}

function isEmpty(value: Json): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

function isSame(a: Json, b: Json): boolean {
  return (
    a === b ||
    (typeof a === 'object' &&
      typeof b === 'object' &&
      isLeafLike(a) &&
      isLeafLike(b) &&
      JSON.stringify(a) === JSON.stringify(b))
  );
}

const isLeafLike = (value: Json) => value !== null && isEmpty(value);
