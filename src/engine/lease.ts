import { randomUUID } from 'node:crypto';
import { pause } from '../support/retry.ts';
import type { Engine, StateStore } from './engine.ts';

/** Work that only one process of a cluster may do at a time. */
export interface Leases {
  /**
   * Takes the lease, or says that another holds it: undefined. It ends by itself when it is not released, so that one
   * who died holds nothing up; whoever may take longer than `ttlMs` calls `renew` before.
   */
  take(name: string, ttlMs: number): Promise<Lease | undefined>;
  /** The same, tried every `everyMs`; undefined when the signal comes first. */
  waitFor(
    name: string,
    ttlMs: number,
    wait: { everyMs: number; signal: AbortSignal },
  ): Promise<Lease | undefined>;
}

export interface Lease {
  /** False when it has ended and is another's, or nobody's. */
  renew(): Promise<boolean>;
  /** Others may take it `afterMs` from now: as long as what was done under it needs to reach them. */
  release(afterMs?: number): Promise<void>;
}

const prefix = 'leases/';

export const leasesOf = ({ cluster, state }: Pick<Engine, 'cluster' | 'state'>): Leases =>
  cluster === undefined ? freeLeases : sharedLeases(state);

const free: Lease = { renew: async () => true, release: async () => undefined };
/** For a single process, which always holds every lease. */
export const freeLeases: Leases = { take: async () => free, waitFor: async () => free };

export function sharedLeases(state: StateStore): Leases {
  async function take(name: string, ttlMs: number): Promise<Lease | undefined> {
    const key = prefix + name;
    const mine = randomUUID();
    if (!(await state.putIfAbsent(key, mine, { ttlMs }))) return undefined;
    /** One that has ended may be another's by now. */
    const isMine = async () => (await state.get(key)) === mine;
    return {
      async renew() {
        if (!(await isMine())) return false;
        await state.put(key, mine, { ttlMs });
        return true;
      },
      async release(afterMs = 0) {
        if (!(await isMine())) return;
        await (afterMs > 0 ? state.put(key, mine, { ttlMs: afterMs }) : state.delete(key));
      },
    };
  }

  return {
    take,
    async waitFor(name, ttlMs, { everyMs, signal }) {
      while (!signal.aborted) {
        const lease = await take(name, ttlMs);
        if (lease !== undefined) return lease;
        await pause(everyMs, signal);
      }
      return undefined;
    },
  };
}
