import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { trimMemory } from './trim-memory.ts';

const everyMs = 2_000;
/** An idle thread's own clocks make a tenth of it. Time says less: on a busy machine a thread seems to work while it waits. */
const idleBelowBytes = 2 ** 20;
const leastBytes = 32 * 2 ** 20;

/**
 * Gives back what a busy time has left. V8 collects while there is work, and a thread that has none keeps its garbage: some 130 MB after
 * 30,000 dead letters. Once a thread makes next to nothing and its heap has grown by `least` bytes since the last time, all of it is collected,
 * and what the C library keeps of it is given back. To be called once in each thread; ends with the thread.
 */
export function collectWhenIdle({ every = everyMs, least = leastBytes } = {}): void {
  const collect = collector();
  let floor = used();
  let before = floor;
  setInterval(() => {
    const now = used();
    const made = now - before;
    before = now;
    // Less than before: V8 has collected by itself.
    if (made < 0) floor = Math.min(floor, now);
    else if (made < idleBelowBytes && now - floor >= least) {
      collect();
      // The pages that the first one has emptied.
      collect();
      void trimMemory();
      floor = before = used();
    }
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
