import type { Json, JsonObject } from '../../../model/json.ts';
import { bind, matchPrefix, pointerOf, valueAt } from '../../../model/pointer.ts';
import { type Leaf, type Path, isSameLeaf } from './differences.ts';
import {
  type Trace,
  type TraceStep,
  isAround,
  matchExactly,
  maxLookups,
  spelled,
  writesOf,
} from './trace.ts';

/** Values that may stand at one path; beyond that many, the plan is a maze and not a repair. */
const maxPossibilities = 64;

/**
 * Whether a leaf of the result can have come from the original: goes back through the plan, each operation done or left
 * out.
 */
export function createBackward(trace: Trace, original: JsonObject): (leaf: Leaf) => boolean {
  const known = new Map<string, Json[]>();
  let lookups = 0;

  /** What can stand at a path after the first `count` operations. */
  const writes = trace.map(writesOf);

  const possible = (path: Path, done: number): Json[] => {
    let count = done;
    while (count > 0 && !isAround(writes[count - 1]!, path)) count--;
    if (count === 0) return inOriginal(path);
    const key = `${count}${pointerOf(path)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    if (++lookups > maxLookups) return [];
    const found = [...possible(path, count - 1), ...made(path, count - 1)];
    const distinct = found.length < 2 ? found : [...new Set(found)].slice(0, maxPossibilities);
    known.set(key, distinct);
    return distinct;
  };

  const inOriginal = (path: Path): Json[] => {
    const value = valueAt(original, path);
    return value === undefined ? [] : [value];
  };

  const made = (path: Path, index: number): Json[] =>
    sources(trace[index]!, path, (at) => possible(at, index), original);

  return ({ path, value }) => possible(path, trace.length).some((candidate) => isSameLeaf(candidate, value));
}

/** What one operation can put at a path, told from what stood anywhere before it. */
function sources(step: TraceStep, path: Path, before: (path: Path) => Json[], original: JsonObject): Json[] {
  switch (step.kind) {
    case 'relocate': {
      const match = matchPrefix(step.to, path);
      return match === undefined ? [] : before([...bind(step.from, match.indexes), ...match.rest]);
    }
    case 'split':
      return step.to.flatMap((target, part) => {
        const indexes = matchExactly(target, path);
        if (indexes === undefined) return [];
        return texts(before(bind(step.from, indexes))).flatMap((text) => {
          const parts = step.cut(text);
          return parts?.length === step.to.length ? [parts[part]!] : [];
        });
      });
    case 'join': {
      const indexes = matchExactly(step.to, path);
      if (indexes === undefined) return [];
      return combined(
        step.from.map((from) => texts(before(bind(from, indexes)))),
        step.separator,
      );
    }
    case 'parse': {
      const match = matchPrefix(step.path, path);
      if (match === undefined) return [];
      return texts(before(path.slice(0, step.path.length))).flatMap((text) => {
        const value = valueAt(spelled(text), match.rest);
        return value === undefined ? [] : [value];
      });
    }
    case 'wrap': {
      const match = matchPrefix([...step.path, '0'], path);
      return match === undefined ? [] : before([...path.slice(0, step.path.length), ...match.rest]);
    }
    case 'unwrap': {
      const match = matchPrefix(step.path, path);
      return match === undefined ? [] : before([...path.slice(0, step.path.length), '0', ...match.rest]);
    }
    case 'list': {
      const index = matchExactly([...step.path, '*'], path)?.at(-1);
      if (index === undefined) return [];
      return texts(before(path.slice(0, -1))).flatMap((text) => step.cut(text)?.[Number(index)] ?? []);
    }
    case 'unlist': {
      if (matchExactly(step.path, path) === undefined) return [];
      const elements: string[][] = [];
      for (let found = texts(before([...path, '0'])); found.length > 0;) {
        elements.push(found);
        found = texts(before([...path, String(elements.length)]));
      }
      return elements.length === 0 ? [] : combined(elements, step.separator);
    }
    case 'zoned': {
      const indexes = matchExactly(step.path, path);
      const zone = indexes && valueAt(original, bind(step.zone, indexes));
      if (zone === undefined) return [];
      return before(path).flatMap((value) => step.respell(value, zone) ?? []);
    }
    case 'respell':
      if (matchExactly(step.path, path) === undefined) return [];
      return before(path).flatMap((value) => step.respell(value) ?? []);
    default:
      return [];
  }
}

function texts(values: readonly Json[]): string[] {
  return values.filter((value) => typeof value === 'string');
}

/** Every way to join one text of each list. */
function combined(lists: readonly string[][], separator: string): string[] {
  const [first = [], ...others] = lists;
  return others.reduce(
    (joined, list) =>
      joined.flatMap((text) => list.map((next) => `${text}${separator}${next}`)).slice(0, maxPossibilities),
    first,
  );
}
