import type { Json, JsonObject } from '../../json.ts';
import { valueAt } from '../pointer.ts';
import type { Leaf, Path } from './differences.ts';
import type { Trace, TraceStep } from './trace.ts';

/** The way of one value through a whole plan, each operation on it done. */
interface Route {
  from: Path;
  to: Path;
  respell: ((value: Json) => Json | undefined)[];
}

export interface Routes {
  /** A leaf of the result is what a route makes of a value of the original. */
  comesFrom(leaf: Leaf, original: JsonObject): boolean;
  /** A leaf of the original is, once it has gone its route, in the result. */
  goesTo(leaf: Leaf, result: JsonObject): boolean;
}

/**
 * The short proof for what most plans do: move one value and respell it, without `*`. Proves a leaf by following one
 * way, where the full proof (backward.ts, forward.ts) looks at all ways there are; what it can't prove may still be
 * proven by that. Nothing for plans with other operations.
 */
export function routesOf(trace: Trace): Routes | undefined {
  const isPlain = trace.every((step) => pathsOf(step)?.every((path) => !path.includes('*')));
  if (!isPlain) return undefined;
  const starts = trace.flatMap((step) => (step.kind === 'relocate' ? [step.from] : (pathsOf(step) ?? [])));
  const routes = starts.map((from) => follow(from, trace));
  return {
    comesFrom({ path, value }, original) {
      for (const route of routes)
        if (isSame(route.to, path) && isScalarEqual(travelled(route, valueAt(original, route.from)), value))
          return true;
      return false;
    },
    goesTo({ path, value }, result) {
      for (const route of routes)
        if (isSame(route.from, path) && isScalarEqual(travelled(route, value), valueAt(result, route.to)))
          return true;
      return false;
    },
  };
}

function pathsOf(step: TraceStep): Path[] | undefined {
  if (step.kind === 'relocate') return [step.from, step.to];
  return step.kind === 'respell' ? [step.path] : undefined;
}

function follow(from: Path, trace: Trace): Route {
  const route: Route = { from, to: from, respell: [] };
  for (const step of trace) {
    if (step.kind === 'relocate' && isSame(step.from, route.to)) route.to = step.to;
    else if (step.kind === 'respell' && isSame(step.path, route.to)) route.respell.push(step.respell);
  }
  return route;
}

function travelled({ respell }: Route, start: Json | undefined): Json | undefined {
  let value = start;
  for (const change of respell) if (value !== undefined) value = change(value);
  return value;
}

function isSame(a: Path, b: Path): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

const isScalarEqual = (found: Json | undefined, leaf: Json | undefined): boolean =>
  found === leaf && leaf !== undefined && (typeof leaf !== 'object' || leaf === null);
