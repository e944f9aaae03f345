import type { Delivery } from '../engine/engine.ts';
import { headerOf } from '../ingest/record.ts';
import { isStaleReplay } from './dead-letter.ts';
import type { DeadLetterStore } from './store.ts';

/** Without late copies of a replay whose letter has gone on since. */
export async function withoutStale(
  batch: readonly Delivery[],
  letters: DeadLetterStore,
): Promise<Delivery[]> {
  const current: Delivery[] = [];
  for (const delivery of batch) {
    const { id, replay } = headerOf(delivery.body);
    if (replay === undefined || !isStaleReplay(await letters.get(id), replay)) current.push(delivery);
  }
  return current;
}
