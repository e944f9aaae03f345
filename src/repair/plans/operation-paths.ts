import type { Operation, Plan, Pointer } from '../../model/plan.ts';
import { segmentsOf } from '../../model/pointer.ts';

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

/** The top-level fields that a plan reads, writes or takes away; undefined when it touches the whole event. */
export function touchedFields({ operations }: Plan): string[] | undefined {
  const paths = operations.flatMap((operation) => {
    if (operation.op === 'remove') return [operation.path];
    const { reads, writes } = pathsOf(operation);
    return [...reads, ...writes];
  });
  const fields = new Set(paths.map((path) => segmentsOf(path)[0]));
  return fields.has(undefined) ? undefined : ([...fields] as string[]);
}
