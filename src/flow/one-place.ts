import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadLetterStore } from '../dead-letter/store.ts';
import type { Lease, Leases } from '../engine/lease.ts';
import { SentinelError } from '../model/errors.ts';
import type { CopyHeader } from '../load/replicas/message.ts';
import type { Destination } from '../load/destination.ts';
import { rollbackLease } from '../repair/rollback/rollbacks.ts';

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
  destination,
  leases,
  copyAgain,
}: {
  letters: Pick<DeadLetterStore, 'get' | 'settleLoaded'>;
  destination: Pick<Destination, 'holds' | 'find'>;
  leases: Leases;
  /** Where there are further destinations, from which the event was retracted before its letter was opened. */
  copyAgain?: ((header: CopyHeader, text: string) => Promise<void>) | undefined;
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

  async function settle(id: string): Promise<void> {
    await letters.settleLoaded(id);
    if (copyAgain === undefined) return;
    const [letter, found] = await Promise.all([letters.get(id), destination.find(id)]);
    // Only what was repaired is retracted.
    if (letter?.status !== 'replayed' || found?.repair === undefined) return;
    const { source, contract, version, repair } = found;
    const reception = { request_id: id, received_at: letter.received_at, source };
    await copyAgain({ ...reception, contract, version, exact: true, repair }, repair.result);
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
    if (open.length === 0 || (await destination.holds(open, 'staying')).size === 0) return;
    const lease = await leaseSoon();
    try {
      const there = await destination.holds(open, 'staying');
      for (const id of open) if (there.has(id)) await settle(id);
    } finally {
      await lease.release().catch(() => undefined); // it ends by itself
    }
  };
}
