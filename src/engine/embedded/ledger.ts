import { pause, retryDelay } from '../../support/retry.ts';
import { defaultRetry, type ConsumeOptions } from '../engine.ts';
import { groupKey } from './records.ts';
import { type GroupRecord, type Mark, writeTogether, type Store } from './store.ts';
import { putRetry, type Redelivery, type RetryEntry } from './retry-area.ts';

/** How a batch ended. */
export interface Settled {
  /** New marks of the group, by writer. */
  marks: ReadonlyMap<string, Mark>;
  deferred: readonly RetryEntry[];
  /** Entries of the retry area that the batch was made of. */
  returned: readonly Redelivery[];
}

/** Writes down what a group has settled: marks and retries in one transaction, several batches at once when busy. */
export interface Ledger {
  add(settled: Settled): void;
  /** Batches that are not written yet. */
  unwritten(): number;
  /** Resolves when everything is durable; `engine_unavailable` when the disk still refuses after some tries. */
  close(): Promise<void>;
}

const triesWhenClosing = 3;
const delayWhenClosingMs = 100;

/** `onWritten` is told what is durable now. A failed write is tried again until it succeeds, and reported. */
export function createLedger(
  store: Store,
  topic: string,
  group: string,
  first: GroupRecord,
  callbacks: {
    onWritten: (settled: readonly Settled[]) => void;
    onFailure: ConsumeOptions['onFailure'];
  },
): Ledger {
  const queue: Settled[] = [];
  const closing = new AbortController();
  let record = first;
  let running: Promise<void> | undefined;

  async function writeAll(): Promise<void> {
    for (let failures = 0; queue.length > 0;) {
      const written = [...queue];
      const next = written.reduce(apply, record);
      try {
        await writeTogether(store, () => {
          for (const { deferred, returned } of written) {
            for (const { key } of returned) void store.retries.remove(key);
            for (const entry of deferred) putRetry(store, entry);
          }
          void store.records.put(groupKey(topic, group), next, 0);
        });
      } catch (error) {
        failures += 1;
        if (closing.signal.aborted && failures >= triesWhenClosing) throw error;
        await waitAfter(error, failures);
        continue;
      }
      failures = 0;
      record = next;
      queue.splice(0, written.length);
      callbacks.onWritten(written);
    }
    running = undefined;
  }

  async function waitAfter(error: unknown, failures: number): Promise<void> {
    const nextDelayMs = closing.signal.aborted ? delayWhenClosingMs : retryDelay(defaultRetry, failures);
    callbacks.onFailure?.({ error, attempt: failures, events: 0, nextDelayMs });
    await pause(nextDelayMs, closing.signal.aborted ? undefined : closing.signal);
  }

  return {
    add(settled) {
      queue.push(settled);
      running ??= writeAll();
    },
    unwritten: () => queue.length,
    async close() {
      closing.abort();
      await running;
    },
  };
}

function apply(record: GroupRecord, { marks, deferred, returned }: Settled): GroupRecord {
  const waiting = { ...record.waiting };
  for (const { events, body } of deferred) {
    waiting.events += events;
    waiting.bytes += body.length;
  }
  for (const { delivery } of returned) {
    waiting.events -= delivery.events;
    waiting.bytes -= delivery.body.length;
  }
  return { marks: [...new Map([...record.marks, ...marks])], waiting };
}
