import type { Delivery, Position } from '../engine/engine.ts';

/** The last offset of each partition that is in the destination; see `Destination.positions`. */
export type Committed = Map<string, number>;

/** What is not in the destination yet; all of it where positions say nothing. */
export function notCommitted(
  batch: readonly Delivery[],
  committed: Committed | undefined,
): readonly Delivery[] {
  if (committed === undefined) return batch;
  const isFresh = ({ position }: Delivery) => position.offset > (committed.get(position.partition) ?? -1);
  return batch.every(isFresh) ? batch : batch.filter(isFresh);
}

/** The last one of each partition. */
export function lastPositions(batch: readonly Delivery[]): Position[] {
  const last = new Map<string, number>();
  for (const { position } of batch)
    last.set(position.partition, Math.max(position.offset, last.get(position.partition) ?? -1));
  return [...last].map(([partition, offset]) => ({ partition, offset }));
}
