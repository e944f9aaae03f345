import type { PublishedKey } from '../../published-key.ts';
import { refresh, type Store, writeTogether } from '../store.ts';
import {
  bytesOf,
  decodeEntry,
  entryWords,
  expiryOf,
  idOf,
  lastWith,
  wordOf,
  wordsOf,
  bucketKey,
  bucketOf,
  bucketsOf,
  filterKey,
  partitionOf,
} from './entries.ts';
import { KeyFilter } from './filter.ts';

export interface Sizes {
  /** Entries that are written together. */
  run: number;
  runsInPartition: number;
}
export const usualSizes: Sizes = { run: 2 ** 15, runsInPartition: 32 };

/** On average: with LMDB's header they fit on a page. */
const entriesInBucket = 64;

interface Partition {
  number: number;
  /** Written so far; when there are enough, it is complete and changes no more. */
  runs: number;
  filter: KeyFilter;
  /** When all its entries have expired. */
  expiresAt: number;
}

/**
 * Entries on disk. They are written in runs, each spread over buckets by a part of the key, and never changed, so what a new entry costs
 * does not grow with their number. Runs fill a partition; a filter in memory tells for nearly every key that a
 * partition does not have it; a partition is forgotten as a whole.
 */
export class Partitions {
  readonly #store: Store;
  readonly #sizes: Sizes;
  readonly #bucketsInRun: number;
  readonly #complete: Partition[] = [];
  #growing: Partition;

  constructor(store: Store, sizes: Sizes) {
    this.#store = store;
    this.#sizes = sizes;
    this.#bucketsInRun = Math.ceil(sizes.run / entriesInBucket);
    for (const { key, value } of store.publishedKeys.getRange(filterKey.range)) {
      const filter = new KeyFilter(this.#capacity, wordsOf(value.subarray(timeBytes)));
      const expiresAt = value.readDoubleBE(0);
      this.#complete.push({ number: partitionOf(key), runs: sizes.runsInPartition, filter, expiresAt });
    }
    this.#growing = this.#readGrowing();
  }

  find(key: string, now: number): string | undefined {
    const [w0, w1, w2] = [wordOf(key, 0), wordOf(key, 1), wordOf(key, 2)];
    if (this.#growing.filter.mayHave(w0, w1, w2)) {
      const found = this.#findIn(this.#growing, key, now);
      if (found !== undefined) return found;
    }
    for (let index = this.#complete.length - 1; index >= 0; index--) {
      const partition = this.#complete[index]!;
      if (!partition.filter.mayHave(w0, w1, w2)) continue;
      const found = this.#findIn(partition, key, now);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Writes entries for good, with what `alsoWrite` writes, in one transaction; forgets partitions that have expired. */
  async write(entries: Uint32Array, now: number, alsoWrite: () => void): Promise<void> {
    const partition = this.#growing;
    const buckets = bucketsOf(entries, this.#bucketsInRun, now);
    const expiresAt = Math.max(partition.expiresAt, latestExpiry(entries));
    const isFull = partition.runs + 1 === this.#sizes.runsInPartition;
    addTo(partition.filter, entries);
    const gone = this.#complete.filter((one) => one.expiresAt <= now);
    await writeTogether(this.#store, () => {
      const { publishedKeys } = this.#store;
      buckets.forEach((bucket, number) => {
        if (bucket.length > 0)
          void publishedKeys.put(bucketKey(partition.number, partition.runs, number), bytesOf(bucket));
      });
      if (isFull)
        void publishedKeys.put(filterKey(partition.number), encodeFilter(partition.filter, expiresAt));
      for (const one of gone) this.#remove(one);
      alsoWrite();
    });
    partition.runs++;
    partition.expiresAt = expiresAt;
    for (const one of gone) this.#complete.splice(this.#complete.indexOf(one), 1);
    if (!isFull) return;
    this.#complete.push(partition);
    this.#growing = this.#emptyPartition(partition.number + 1);
  }

  *all(): Generator<PublishedKey> {
    for (const { value } of this.#store.publishedKeys.getRange({ ...bucketKey.range, snapshot: false })) {
      const entries = wordsOf(value);
      for (let at = 0; at < entries.length; at += entryWords) yield decodeEntry(entries, at);
    }
  }

  /** Its last run first: the newest of a key counts. */
  #findIn({ number, runs }: Partition, key: string, now: number): string | undefined {
    refresh(this.#store);
    const bucket = bucketOf(wordOf(key, 3), this.#bucketsInRun);
    for (let run = runs - 1; run >= 0; run--) {
      const value = this.#store.publishedKeys.get(bucketKey(number, run, bucket));
      if (value === undefined) continue;
      const entries = wordsOf(value);
      const at = lastWith(entries, key);
      if (at >= 0 && expiryOf(entries, at) > now) return idOf(entries, at);
    }
    return undefined;
  }

  #readGrowing(): Partition {
    const growing = this.#emptyPartition((this.#complete.at(-1)?.number ?? -1) + 1);
    const range = { start: bucketKey(growing.number, 0, 0), end: bucketKey.range.end };
    for (const { key, value } of this.#store.publishedKeys.getRange(range)) {
      const entries = wordsOf(value);
      // The complete ones before it may have been forgotten.
      growing.number = partitionOf(key);
      growing.runs = bucketKey.runOf(key) + 1;
      growing.expiresAt = Math.max(growing.expiresAt, latestExpiry(entries));
      addTo(growing.filter, entries);
    }
    return growing;
  }

  get #capacity(): number {
    return this.#sizes.run * this.#sizes.runsInPartition;
  }

  #emptyPartition(number: number): Partition {
    return { number, runs: 0, filter: new KeyFilter(this.#capacity), expiresAt: 0 };
  }

  #remove({ number }: Partition): void {
    void this.#store.publishedKeys.remove(filterKey(number));
    for (let run = 0; run < this.#sizes.runsInPartition; run++)
      for (let bucket = 0; bucket < this.#bucketsInRun; bucket++)
        void this.#store.publishedKeys.remove(bucketKey(number, run, bucket));
  }
}

const timeBytes = 8;

/** With the time when its partition has expired. */
function encodeFilter(filter: KeyFilter, expiresAt: number): Buffer {
  const time = Buffer.alloc(timeBytes);
  time.writeDoubleBE(expiresAt);
  return Buffer.concat([time, bytesOf(filter.words)]);
}

function addTo(filter: KeyFilter, entries: Uint32Array): void {
  for (let at = 0; at < entries.length; at += entryWords)
    filter.add(entries[at]!, entries[at + 1]!, entries[at + 2]!);
}

function latestExpiry(entries: Uint32Array): number {
  let latest = 0;
  for (let at = 0; at < entries.length; at += entryWords) latest = Math.max(latest, expiryOf(entries, at));
  return latest;
}
