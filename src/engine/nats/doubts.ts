import type { Delivery } from '../engine.ts';
import { briefly } from './briefly.ts';
import type { Link } from './connection.ts';
import type { Held } from './intake.ts';
import type { Standstill } from './standstill.ts';

/** What another worker may have been given since it came here; see `Standstill`. */
export interface Doubts {
  /** Whether what arrives now may have been on its way for too long. */
  onArrival(): boolean;
  /** The batch as it is to be handed over now. */
  marked(batch: readonly Delivery[]): readonly Delivery[];
  forget(one: Held): void;
}

export function createDoubts(link: Link, held: ReadonlySet<Held>, standstill: Standstill): Doubts {
  /** Offsets. */
  const doubted = new Set<number>();
  let known = standstill.count();
  let arrivals = 0;

  function look(): void {
    if (known === standstill.count()) return;
    known = standstill.count();
    for (const { open } of held) for (const { position } of open) doubted.add(position.offset);
    arrivals++;
    // What the server answers came after all that was on its way.
    void briefly(link.nc.flush()).finally(() => arrivals--);
  }

  return {
    onArrival() {
      look();
      return arrivals > 0;
    },
    marked(batch) {
      look();
      if (doubted.size === 0) return batch;
      return batch.map((one) => (doubted.has(one.position.offset) ? { ...one, again: true } : one));
    },
    forget({ deliveries }) {
      if (doubted.size === 0) return;
      for (const { position } of deliveries) doubted.delete(position.offset);
    },
  };
}
