import { performance } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const everyMs = 5_000;
const idleBelow = 0.02;
const leastBytes = 32 * 2 ** 20;

/**
 * Gives back what a busy time has left. V8 collects while there is work, and a thread that has none keeps its garbage: some 130 MB after
 * 30,000 dead letters. Once the thread is idle and its heap has grown by `least` bytes since the last time, all of it is collected.
 * To be called once in each thread; ends with the thread.
 */
export function collectWhenIdle({ every = everyMs, least = leastBytes } = {}): void {
  const collect = collector();
  let before = performance.eventLoopUtilization();
  let floor = used();
  setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before);
    before = performance.eventLoopUtilization();
    if (utilization >= idleBelow || used() - floor < least) return;
    collect();
    floor = used();
  }, every).unref();
}

const used = (): number => getHeapStatistics().used_heap_size;

/** Only what this function returns can reach it: contexts that are there already do not get it. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
