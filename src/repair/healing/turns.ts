import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds of work between two pauses. */
const turnMs = 2;
/** While others have a full load, this work takes a quarter of the thread at most. */
const waitPerWork = 3;
const longestWaitMs = 50;

/**
 * Makes the pauses of work that is less urgent than what else its thread does; to be called often, and undefined when none is due.
 * In a pause other work gets its turn, and while there is more of it than the thread can do, most of the time.
 */
export function createTurns(hasFullLoad: () => boolean): () => Promise<void> | undefined {
  let since = performance.now();
  const pause = async (workedMs: number): Promise<void> => {
    await nextTurn();
    if (hasFullLoad()) await sleep(Math.min(longestWaitMs, workedMs * waitPerWork));
    since = performance.now();
  };
  return () => {
    const workedMs = performance.now() - since;
    return workedMs < turnMs ? undefined : pause(workedMs);
  };
}
