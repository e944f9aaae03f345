import { type Json, type JsonObject, isContainer, sameScalar } from '../../../model/json.ts';
import { bind, valueAt } from '../../../model/pointer.ts';
import type { Path } from './differences.ts';
import { type Trace, type TraceStep, matchExactly } from './trace.ts';

/** The way of one value through a whole plan, each operation on it done. */
interface Route {
  from: Path;
  to: Path;
  respell: ((value: Json) => Json | undefined)[];
  hasStars: boolean;
}

export interface RouteProof {
  /** The value at this path of the result is what a route made of a value of the original. */
  comesFrom(path: Path): boolean;
  /** The value at this path of the original is, once it has gone its route, in the result. */
  goesTo(path: Path): boolean;
}

/**
 * The short proof for what most plans do: move values and respell them. Proves a leaf by following one
 * way, where the full proof (backward.ts, forward.ts) looks at all ways there are; what it can't prove may still be
 * proven by that. Nothing for plans with other operations.
 */
export function routesOf(
  trace: Trace,
): ((original: JsonObject, result: JsonObject) => RouteProof) | undefined {
  if (!trace.every((step) => pathsOf(step) !== undefined && keepsStars(step))) return undefined;
  const starts = trace.flatMap((step) => (step.kind === 'relocate' ? [step.from] : (pathsOf(step) ?? [])));
  const routes = starts.map((from) => follow(from, trace));

  return (original, result) => {
    const proven: (boolean | undefined)[] = [];
    /** Says both at once: where the value came from and that it arrived. */
    const holds = (route: Route, index: number): boolean =>
      (proven[index] ??= isScalarEqual(
        travelled(route, valueAt(original, route.from)),
        valueAt(result, route.to),
      ));
    /** `*` stands for the same indexes at both ends. */
    const leads = (path: Path, end: 'from' | 'to'): boolean =>
      routes.some((route, index) => {
        if (!route.hasStars) return isSame(route[end], path) && holds(route, index);
        const indexes = matchExactly(route[end], path);
        if (indexes === undefined) return false;
        const start = valueAt(original, bind(route.from, indexes));
        return isScalarEqual(travelled(route, start), valueAt(result, bind(route.to, indexes)));
      });
    return { comesFrom: (path) => leads(path, 'to'), goesTo: (path) => leads(path, 'from') };
  };
}

/**
 * The same proof where every route leads from one top-level field to another: says that all of a result is proven, without
 * making a list of anything; false leaves it to the other proofs. The usual rule renames a field, for millions of events.
 */
export function flatProofOf(
  trace: Trace,
): ((original: JsonObject, result: JsonObject) => boolean) | undefined {
  const isFlat = trace.every((step) => pathsOf(step)?.every((path) => path.length === 1 && path[0] !== '*'));
  if (!isFlat) return undefined;
  const starts = trace.flatMap((step) => (step.kind === 'relocate' ? [step.from] : (pathsOf(step) ?? [])));
  const routes = starts.map((start) => {
    const route = follow(start, trace);
    return { from: route.from[0]!, to: route.to[0]!, route };
  });
  const sources = [...new Set(routes.map(({ from }) => from))];

  return (original, result) => {
    const arrives = (field: string, end: 'from' | 'to'): boolean => {
      for (const { from, to, route } of routes) {
        if ((end === 'from' ? from : to) !== field) continue;
        if (!Object.hasOwn(original, from) || !Object.hasOwn(result, to)) continue;
        if (isScalarEqual(travelled(route, original[from]), result[to])) return true;
      }
      return false;
    };
    const isLost = (field: string): boolean =>
      original[field] !== null && original[field] !== result[field] && !arrives(field, 'from');
    let changed = 0;
    for (const _field in original) changed++;
    // Equal values are own ones: no prototype holds JSON of an event.
    for (const field in result)
      if (original[field] === result[field]) changed--;
      else if (!arrives(field, 'to')) return false;
    for (const field of sources) {
      if (!Object.hasOwn(original, field) || original[field] === result[field]) continue;
      if (isLost(field)) return false;
      changed--;
    }
    // To have counted the fields is cheaper than to look at all of them again.
    if (changed === 0) return true;
    for (const field in original) if (isLost(field)) return false;
    return true;
  };
}

function pathsOf(step: TraceStep): Path[] | undefined {
  if (step.kind === 'relocate') return [step.from, step.to];
  return step.kind === 'respell' ? [step.path] : undefined;
}

/** What leaves a list, or enters one, no longer says of which element it was. */
const keepsStars = (step: TraceStep): boolean =>
  step.kind !== 'relocate' || starsIn(step.from) === starsIn(step.to);

const starsIn = (path: Path): number => path.reduce((stars, part) => stars + (part === '*' ? 1 : 0), 0);

function follow(from: Path, trace: Trace): Route {
  const route: Route = { from, to: from, respell: [], hasStars: from.includes('*') };
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
  leaf !== undefined && sameScalar(found, leaf) && !isContainer(leaf);
