import type { Operation, Pointer } from '../../model/plan.ts';

/** Where an operation looks up the zone of a time; the zone is neither moved nor changed by it. */
export const zoneOf = (operation: Operation): Pointer | undefined =>
  operation.op === 'cast' ? operation.zone_from : undefined;

/** Paths that an operation reads, and paths that it writes; not where it only looks something up (`zoneOf`). */
export function pathsOf(operation: Operation): { reads: Pointer[]; writes: Pointer[] } {
  switch (operation.op) {
    case 'move':
    case 'copy':
      return { reads: [operation.from], writes: [operation.to] };
    case 'split':
      return { reads: [operation.from], writes: operation.to };
    case 'split_unit':
      return { reads: [operation.from], writes: [operation.number, operation.unit] };
    case 'join':
      return { reads: operation.from, writes: [operation.to] };
    case 'remove':
      return { reads: [], writes: [] };
    default:
      return { reads: [operation.path], writes: [operation.path] };
  }
}
