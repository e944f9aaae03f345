import type { Draft } from '../draft.ts';
import type { Pointer } from '../../../model/plan.ts';
import { bind, bindings, covers, segmentsOf } from '../../../model/pointer.ts';

/** One application of a plan to an event. */
export interface Run {
  readonly draft: Draft;
  /** Paths at which the event breaks its contract, `*` for array indexes. */
  readonly invalid: ReadonlySet<Pointer>;
  /** Paths that the plan itself has written so far. */
  readonly written: Set<Pointer>;
}

/** Undefined when the operation is done, or has nothing to do; else why it can't be done. Names paths, never values. */
export type Outcome = string | undefined;
export type Step = (run: Run) => Outcome;

/** The paths of an operation within one event: each `*` is the index of an element. */
export interface Bound {
  from: readonly string[][];
  to: readonly string[][];
}

/** Does the work once, or once for each element that the stars mean; the stars of all paths run together. */
export function forEachElement(
  from: readonly Pointer[],
  to: readonly Pointer[],
  work: (run: Run, paths: Bound) => Outcome,
): Step {
  const sources = from.map(segmentsOf);
  const targets = to.map(segmentsOf);
  if (!sources.some((segments) => segments.includes('*')))
    return (run) => work(run, { from: sources, to: targets });

  return (run) => {
    const found = bindings(run.draft.value, sources[0]!);
    if (found === undefined) return `there is no array at ${from[0]}`;
    for (const indexes of found) {
      const outcome = work(run, {
        from: sources.map((segments) => bind(segments, indexes)),
        to: targets.map((segments) => bind(segments, indexes)),
      });
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  };
}

/** Whether something at, above or below the path breaks the contract, or was written by the plan itself. */
export function isOpen(run: Run, path: Pointer): boolean {
  return touches(run.invalid, path) || touches(run.written, path);
}

function touches(paths: ReadonlySet<Pointer>, path: Pointer): boolean {
  if (paths.has(path)) return true;
  for (const other of paths) if (other === '' || covers(path, other) || covers(other, path)) return true;
  return false;
}
