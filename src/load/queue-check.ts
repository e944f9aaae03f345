import type { Engine } from '../engine/engine.ts';
import type { Logger } from '../support/log.ts';
import type { Destination } from './destination.ts';

/**
 * Finds a queue that is older than the positions which the destination has of it, as when a data folder comes from a
 * backup and the warehouse does not. What is published next would take places that are committed already, and be passed
 * over. Such positions are forgotten: all that waits is loaded again, and what is there is known by its request id.
 */
export interface QueueCheck {
  /** Before anything is loaded. */
  check(destination: Pick<Destination, 'positions' | 'forgetPositions'>): Promise<void>;
  /** For a destination that is out of reach: keeps how far the queue was, also for a later start. */
  postpone(): Promise<void>;
}

const postponedKey = 'queue-check/next-offsets';

/** To be made before events are taken. Undefined where a queue has no positions. */
export async function createQueueCheck(engine: Engine, log: Logger): Promise<QueueCheck | undefined> {
  if (engine.nextOffsets === undefined) return undefined;
  const { state } = engine;
  const postponed = await state.get<Record<string, number>>(postponedKey);
  let isPostponed = postponed !== undefined;
  const next = postponed ?? Object.fromEntries(await engine.nextOffsets());

  return {
    async check(destination) {
      const ahead = [...(await destination.positions())].filter(
        ([partition, offset]) => offset >= (Object.hasOwn(next, partition) ? next[partition]! : 0),
      );
      if (ahead.length > 0) {
        await destination.forgetPositions();
        log.warn(
          { status: 'recovered', code: 'queue_older', partitions: ahead.map(([partition]) => partition) },
          'the queue is older than what the destination has loaded of it (a data folder from a backup?): its positions are ' +
            'forgotten, and what waits is loaded again, without what is there already',
        );
      }
      if (isPostponed) await state.delete(postponedKey);
      isPostponed = false;
    },
    async postpone() {
      isPostponed = true;
      await state.put(postponedKey, next);
    },
  };
}
