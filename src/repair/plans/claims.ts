import { pathsOf } from './operation-paths.ts';
import type { Operation, Plan, Pointer } from '../../model/plan.ts';

/** What a plan says about a sender: that the value of `to` is what stands at `from`. */
export interface Claim {
  from: readonly Pointer[];
  to: readonly Pointer[];
  /** `copy` leaves its source where it is, and so may share it with others. */
  op: 'move' | 'copy' | 'split' | 'split_unit' | 'join' | 'change';
  /** The operations of the plan that take part in it, in their order. */
  operations: readonly Operation[];
}

/** The claims of a plan; a change of a field in place claims that the field still means the same. */
export function claimsOf(plan: Plan): Claim[] {
  return plan.operations.flatMap((operation): Claim[] => {
    const { reads: from, writes: to } = pathsOf(operation);
    if (to.length === 0) return [];
    const { op } = operation;
    if (op !== 'move' && op !== 'copy' && op !== 'split' && op !== 'split_unit' && op !== 'join')
      return isWritten(plan, operation) ? [] : [{ from, to, op: 'change', operations: [operation] }];
    // Between a field and one within it there is nothing to compare: no event has both.
    if (from.some((source) => to.some((target) => overlaps(source, target)))) return [];
    const paths = [...from, ...to];
    const operations = plan.operations.filter((other) => {
      const { reads, writes } = pathsOf(other);
      return [...reads, ...writes].some((path) => paths.some((mine) => overlaps(path, mine)));
    });
    return [{ from, to, op, operations }];
  });
}

/** Whether another operation brings the value that this one changes: then it belongs to that claim. */
function isWritten(plan: Plan, operation: Operation): boolean {
  const { reads } = pathsOf(operation);
  return plan.operations.some((other) => {
    if (other === operation) return false;
    const paths = pathsOf(other);
    const isMove = paths.writes.some((path) => !paths.reads.includes(path));
    return (
      isMove && [...paths.reads, ...paths.writes].some((path) => reads.some((mine) => overlaps(path, mine)))
    );
  });
}

export function overlaps(a: Pointer, b: Pointer): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
