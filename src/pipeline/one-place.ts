import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadLetterStore } from '../dead-letter/store.ts';
import type { Lease, Leases } from '../engine/lease.ts';
import { SentinelError } from '../errors.ts';
import type { Destination } from '../load/destination.ts';
import { rollbackLease } from '../rollback/rollbacks.ts';

/**
 * For who has just loaded events, or opened their letters, where several workers do: when the other has happened to one of
 * them in the same moment, its letter is settled and the row counts. Each looks after its own write, so one of the two sees
 * the other's.
 */
export type InOnePlace = (requestIds: readonly string[]) => Promise<void>;

/** A rollback makes letters of rows; meanwhile nobody could say which of the two is to stay. */
const leaseMs = 60_000;
const pauseMs = 200;
const maxLooks = 10;
const readAtOnce = 100;

export function createInOnePlace({
  letters,
  holds,
  leases,
}: {
  letters: Pick<DeadLetterStore, 'get' | 'settleLoaded'>;
  holds: Destination['holds'];
  leases: Leases;
}): InOnePlace {
  async function openAmong(requestIds: readonly string[]): Promise<string[]> {
    const open: string[] = [];
    for (let from = 0; from < requestIds.length; from += readAtOnce) {
      const part = requestIds.slice(from, from + readAtOnce);
      const known = await Promise.all(part.map((id) => letters.get(id)));
      open.push(...part.filter((_, at) => known[at]?.status === 'open'));
    }
    return open;
  }

  /** Gives up in time for a process that ends; who called tries again. */
  async function leaseSoon(): Promise<Lease> {
    for (let look = 0; look < maxLooks; look++) {
      const lease = await leases.take(rollbackLease, leaseMs);
      if (lease !== undefined) return lease;
      await sleep(pauseMs);
    }
    throw new SentinelError('engine_unavailable', 'another worker rolls a rule back at the moment');
  }

  return async (requestIds) => {
    const open = await openAmong(requestIds);
    if (open.length === 0 || (await holds(open)).size === 0) return;
    const lease = await leaseSoon();
    try {
      const there = await holds(open);
      for (const id of open) if (there.has(id)) await letters.settleLoaded(id);
    } finally {
      await lease.release().catch(() => undefined); // it ends by itself
    }
  };
}
