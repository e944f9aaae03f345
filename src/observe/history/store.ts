import { randomBytes } from 'node:crypto';
import type { StateStore } from '../../engine/engine.ts';
import type { Json } from '../../model/json.ts';
import type { History } from './history.ts';
import { minuteMs } from './ring.ts';
import { type PairCounts, type Sample, addSample, isEmpty, outcomes } from './sample.ts';

/** Keeps the history in the engine's state, an entry for each minute with events. */
export interface HistoryStore {
  /** There was nothing to read. */
  readonly isNew: boolean;
  /** To be written with the minute of `at`, unless nothing happened in it. */
  add(sample: Sample, at: number, though?: 'though empty'): void;
  /** Writes the minutes that have ended at `now`; a minute is written once, or `all` of them, for the end. */
  write(now: number, all?: 'all'): Promise<void>;
  close(): void;
}

export const historyPrefix = 'history/minute/';
const keptMs = 25 * 3_600_000;
const page = 500;

/** Reads what is there into the history, and from then on what other processes write. */
export async function openHistoryStore(state: StateStore, history: History): Promise<HistoryStore> {
  const writer = randomBytes(4).toString('hex');
  const unwritten = new Map<number, Sample>();
  const kept = new Set<number>();
  let parts = 0;

  const recall = (key: string, value: Json | undefined): void => {
    const minute = Date.parse(`${key.slice(historyPrefix.length).split('/')[0] ?? ''}Z`);
    const sample = readSample(value);
    if (sample !== undefined && Number.isFinite(minute)) history.recall(sample, minute);
  };
  const read = new Set<string>();
  const stop = state.watch(historyPrefix, ({ key, value }) => {
    if (key.includes(`/${writer}-`) || read.has(key)) return;
    recall(key, value);
  });
  for (let after: string | undefined; ;) {
    const entries = await state.list(historyPrefix, {
      limit: page,
      after,
    });
    for (const { key, value } of entries) {
      read.add(key);
      recall(key, value);
    }
    after = entries.at(-1)?.key;
    if (entries.length < page) break;
  }

  return {
    isNew: read.size === 0,
    add(sample, at, though) {
      const minute = Math.floor(at / minuteMs);
      if (though !== undefined) kept.add(minute);
      const known = unwritten.get(minute);
      unwritten.set(minute, known === undefined ? sample : addSample(known, sample));
    },
    async write(now, all) {
      read.clear();
      const ended = [...unwritten].filter(([minute]) => all === 'all' || (minute + 1) * minuteMs <= now);
      const writes = ended
        .filter(([minute, sample]) => kept.delete(minute) || !isEmpty(sample))
        .map(([minute, sample]) => ({
          put: `${historyPrefix}${new Date(minute * minuteMs).toISOString().slice(0, 16)}/${writer}-${parts++}`,
          value: sample as unknown as Json,
          ttlMs: keptMs,
        }));
      if (writes.length > 0) await state.write(writes);
      for (const [minute, sample] of ended) if (unwritten.get(minute) === sample) unwritten.delete(minute);
    },
    close: stop,
  };
}

/** Undefined for what is no sample: it may be of another version. */
function readSample(value: Json | undefined): Sample | undefined {
  const { pairs, delays, published, pending } = (value ?? {}) as Partial<Record<keyof Sample, Json>>;
  if (!Array.isArray(pairs) || !Array.isArray(delays)) return undefined;
  const isCount = (one: Json | undefined): one is number => typeof one === 'number' && one >= 0;
  return {
    pairs: pairs.filter(
      (pair): pair is PairCounts =>
        Array.isArray(pair) &&
        typeof pair[0] === 'string' &&
        typeof pair[1] === 'string' &&
        pair.length <= outcomes.length + 2 &&
        pair.slice(2).every(isCount),
    ),
    delays: delays.filter(isCount),
    ...(isCount(published) ? { published } : undefined),
    ...(isCount(pending) ? { pending } : undefined),
  };
}
