import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLine } from './event-source.ts';

const maxBytes = 2 ** 20;
/** The events of a slow pipe are sent so long after the first of them came. */
const longestWaitMs = 500;

/** Events in batches of `batch` at most; of fewer where they are large, or come slowly. */
export async function* inBatches(
  events: AsyncIterable<EventLine>,
  { batch: size, fromLine }: { batch: number; fromLine: number },
): AsyncGenerator<EventLine[]> {
  const lines = events[Symbol.asyncIterator]();
  let batch: EventLine[] = [];
  let bytes = 0;
  let timer = new AbortController();
  let timeIsUp: Promise<void> | undefined;
  const taken = (): EventLine[] => {
    const whole = batch;
    timer.abort();
    timer = new AbortController();
    [batch, bytes, timeIsUp] = [[], 0, undefined];
    return whole;
  };

  try {
    let next = lines.next();
    for (;;) {
      const line = await (timeIsUp === undefined ? next : Promise.race([next, timeIsUp]));
      if (line === undefined) {
        yield taken();
        continue;
      }
      if (line.done === true) break;
      next = lines.next();
      // It may fail while a batch is sent; the loop hears of it later.
      next.catch(() => undefined);
      if (line.value.number < fromLine) continue;
      const length = Buffer.byteLength(line.value.text) + 1;
      if (batch.length > 0 && (batch.length === size || bytes + length > maxBytes)) yield taken();
      batch.push(line.value);
      bytes += length;
      timeIsUp ??= sleep(longestWaitMs, undefined, { signal: timer.signal }).catch(() => undefined);
    }
    if (batch.length > 0) yield taken();
  } finally {
    timer.abort();
    // Not awaited: it waits for the line that the pipe may never send.
    void lines.return?.();
  }
}
