import type { Operation } from '../../../model/plan.ts';
import { covers } from '../../../model/pointer.ts';

/** What stands beside a value that takes the place of the object around it has to leave that first. */
export function inOrder(operations: readonly Operation[]): Operation[] {
  const lifts = operations.filter(
    (operation) => operation.op === 'move' && covers(operation.to, operation.from),
  );
  const isBeside = (operation: Operation) =>
    operation.op === 'move' &&
    !lifts.includes(operation) &&
    lifts.some((lift) => lift.op === 'move' && covers(lift.to, operation.from));
  return [...operations.filter(isBeside), ...operations.filter((operation) => !isBeside(operation))];
}
