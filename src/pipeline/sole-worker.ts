import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Engine } from '../engine/engine.ts';
import { createLeases } from '../engine/lease.ts';
import { SentinelError } from '../errors.ts';
import type { Logger } from '../log.ts';

const leaseMs = 15_000;
const lookMs = 1_000;

/**
 * A destination that is a file on one machine can't be shared: two workers would each keep half of the rows, and know
 * nothing of each other's keys. So the first worker of the cluster holds a lease, and another refuses to start. Returns
 * the way to let go.
 */
export async function claimDestination(
  { destination, engine: { type } }: Pick<Config, 'destination' | 'engine'>,
  engine: Engine,
  deps: { log: Logger; onLost: (error: Error) => void },
): Promise<() => Promise<void>> {
  if (type === 'embedded' || destination.type !== 'duckdb') return async () => undefined;
  const leases = createLeases(engine);
  // One that was killed a moment ago still has it.
  const deadline = Date.now() + 1.5 * leaseMs;
  let lease = await leases.take('destination', leaseMs);
  if (lease === undefined)
    deps.log.info({ status: 'waiting' }, 'waits for the worker that had the DuckDB file');
  while (lease === undefined) {
    if (Date.now() > deadline)
      throw new SentinelError(
        'config_invalid',
        'destination.type: duckdb is a file of one worker, and another worker runs; use postgres for several workers',
      );
    await sleep(lookMs);
    lease = await leases.take('destination', leaseMs);
  }
  const held = lease;
  const timer = setInterval(() => {
    held.renew().then(
      (isMine) => {
        if (!isMine)
          deps.onLost(new SentinelError('conflict', 'another worker has taken the DuckDB file over'));
      },
      // NATS does not answer: if that goes on another may take over, and the next renewal tells.
      () => undefined,
    );
  }, leaseMs / 5).unref();
  return async () => {
    clearInterval(timer);
    await held.release().catch(() => undefined); // it ends by itself
  };
}
