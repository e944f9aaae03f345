import type { Delivery } from '../engine/engine.ts';
import { headerOf } from '../ingest/record.ts';
import { requestIdsFrom } from '../ingest/request-id.ts';
import type { Copy } from './one-way.ts';

/** Events: two of the largest batches, which is what can be under way at once. */
const mostUnderWay = 200_000;

/**
 * Tells which events of a batch of `raw_event` may have been handed to the healers, or loaded, before: what the engine
 * says it delivers again, and where it does not say so (an `ordered` one) the first that it delivers after the start.
 */
export function createSecondDeliveries({
  ordered,
  startedAt,
}: {
  ordered: boolean;
  /** Milliseconds since 1970. */
  startedAt: number;
}): (batch: readonly Delivery[]) => Copy[] {
  /** From here on the queue, which is in order, holds nothing that was under way when the process began. */
  let onlyNew = false;
  let looked = 0;

  return (batch) => {
    if (!ordered) return copiesIn(batch.filter(({ again }) => again === true));
    if (onlyNew) return [];
    const old = copiesIn(batch).filter(({ receivedAt }) => receivedAt <= startedAt);
    looked += old.length;
    onlyNew = old.length === 0 || looked >= mostUnderWay;
    return old;
  };
}

/** The events of messages of `raw_event` and `replay_event`. */
export function copiesIn(batch: readonly Delivery[]): Copy[] {
  return batch.flatMap(({ body }) => {
    const { id, at: receivedAt, n, replay } = headerOf(body);
    const idAt = requestIdsFrom(id);
    return Array.from({ length: n }, (_, index): Copy => ({ requestId: idAt(index), receivedAt, replay }));
  });
}
