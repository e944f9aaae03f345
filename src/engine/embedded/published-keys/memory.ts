import type { PublishedKey } from '../../published-key.ts';
import { refresh, type Store } from '../store.ts';
import {
  bytesOf,
  encodeEntries,
  decodeEntry,
  entryWords,
  expiryOf,
  idOf,
  wordsOf,
  publishedKey,
} from './entries.ts';
import { Partitions, usualSizes } from './partitions.ts';
import { RecentEntries } from './recent.ts';

const retryMs = 1000;

/**
 * Which keys have been published, for one thread of the process. A commit writes its keys as one value beside its
 * messages, whatever their number; they stay in memory, too, until there are enough of them for a run (partitions.ts).
 */
export class PublishedKeys {
  readonly #store: Store;
  readonly #run: number;
  readonly #partitions: Partitions;
  #recent = new RecentEntries();
  /** Of `#recent`: where its entries stand in LMDB. */
  #sequences: number[] = [];
  /** On their way into a run. */
  #leaving: { entries: RecentEntries; sequences: number[] } | undefined;
  #writing: Promise<void> | undefined;
  #notBefore = -Infinity;
  #next = 0;

  constructor(store: Store, sizes = usualSizes) {
    this.#store = store;
    this.#run = sizes.run;
    refresh(store);
    this.#partitions = new Partitions(store, sizes);
    for (const { key, value } of store.publishedKeys.getRange(publishedKey.range)) {
      const sequence = publishedKey.sequenceOf(key);
      this.#next = sequence + 1;
      this.#recent.add(wordsOf(value));
      this.#sequences.push(sequence);
    }
  }

  /** The id that was published last under the key, when it has not expired. */
  find(key: string): string | undefined {
    const now = Date.now();
    for (const entries of [this.#recent, this.#leaving?.entries]) {
      const at = entries?.find(key) ?? -1;
      if (at >= 0) return expiryOf(entries!.entries, at) > now ? idOf(entries!.entries, at) : undefined;
    }
    return this.#partitions.find(key, now);
  }

  /** For one commit: `write`, within its transaction, and `done`, when it is durable. */
  prepare(keys: readonly PublishedKey[]): { write: () => void; done: () => void } {
    const entries = encodeEntries(keys);
    const sequence = this.#next++;
    return {
      write: () => void this.#store.publishedKeys.put(publishedKey(sequence), bytesOf(entries)),
      done: () => {
        this.#recent.add(entries);
        this.#sequences.push(sequence);
        if (this.#recent.count >= this.#run) this.#leave();
      },
    };
  }

  *all(): Generator<PublishedKey> {
    yield* this.#partitions.all();
    for (const { entries } of [this.#leaving?.entries, this.#recent].filter((one) => one !== undefined))
      for (let at = 0; at < entries.length; at += entryWords) yield decodeEntry(entries, at);
  }

  /** Resolves when nothing is on its way to the disk any more. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  #leave(): void {
    if (this.#writing !== undefined || performance.now() < this.#notBefore) return;
    if (this.#leaving === undefined) {
      this.#leaving = { entries: this.#recent, sequences: this.#sequences };
      this.#recent = new RecentEntries();
      this.#sequences = [];
    }
    this.#writing = this.#writeRun(this.#leaving).finally(() => (this.#writing = undefined));
  }

  async #writeRun({ entries, sequences }: { entries: RecentEntries; sequences: number[] }): Promise<void> {
    try {
      await this.#partitions.write(entries.entries, Date.now(), () => {
        for (const sequence of sequences) void this.#store.publishedKeys.remove(publishedKey(sequence));
      });
      this.#leaving = undefined;
    } catch {
      // They are durable where they are, and a disk that refuses this write refuses others, which report it.
      this.#notBefore = performance.now() + retryMs;
    }
  }
}
