import type { Config } from '../config/load.ts';
import type { Leases } from '../engine/lease.ts';
import { adapterOf } from '../load/adapters.ts';
import { SentinelError } from '../model/errors.ts';
import type { Logger } from '../support/log.ts';

const defaultLeaseMs = 15_000;
const lookMs = 1_000;

/**
 * A destination that is a file on one machine can't be shared: two workers would each keep half of the rows, and know
 * nothing of each other's keys. So the first worker of the cluster holds a lease, and another refuses to start. Returns
 * the way to let go.
 */
export async function claimDestination(
  { destination }: Pick<Config, 'destination'>,
  leases: Leases,
  deps: { log: Logger; onLost: (error: Error) => void; leaseMs?: number },
): Promise<() => Promise<void>> {
  const { capabilities, describe } = await adapterOf(destination);
  if (capabilities.shared) return async () => undefined;
  const { leaseMs = defaultLeaseMs } = deps;
  let lease = await leases.take('destination', leaseMs);
  if (lease === undefined) {
    deps.log.info(
      { status: 'waiting' },
      `waits for the worker that had the destination (${describe(destination)})`,
    );
    // One that was killed a moment ago still has it.
    const signal = AbortSignal.timeout(1.5 * leaseMs);
    lease = await leases.waitFor('destination', leaseMs, { everyMs: lookMs, signal });
  }
  if (lease === undefined)
    throw new SentinelError(
      'config_invalid',
      `destination.type: ${destination.type} is for one worker, and another worker runs; use postgres for several workers`,
    );
  let held = lease;
  let renewing = false;
  let released = false;

  async function keep(): Promise<void> {
    if (await held.renew()) return;
    if (released) return;
    // It ended while NATS was away, for everybody. What a restart may do, this process may: go on, when it is free.
    const again = await leases.take('destination', leaseMs);
    if (again === undefined)
      return deps.onLost(new SentinelError('conflict', 'another worker has taken the destination over'));
    held = again;
    deps.log.warn(
      { status: 'recovered', code: 'lease_ended' },
      'the lease of the destination had ended, as NATS was away; no other worker had it, and it is taken again',
    );
  }

  // One at a time: when NATS is back, all that waited for it would go on at once, and take the claim from each other.
  const timer = setInterval(() => {
    if (renewing) return;
    renewing = true;
    keep()
      // NATS does not answer: if that goes on another may take over, and the next renewal tells.
      .catch(() => undefined)
      .finally(() => (renewing = false));
  }, leaseMs / 5).unref();
  return async () => {
    clearInterval(timer);
    released = true;
    await held.release().catch(() => undefined); // it ends by itself
  };
}
