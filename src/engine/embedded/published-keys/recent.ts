import { countOf, entryWords, hasKey, wordOf } from './entries.ts';

/** Some thousand entries in memory, found by their key: a hash table with open addresses, as objects would be the collector's work. */
export class RecentEntries {
  #entries = new Uint32Array(1024 * entryWords);
  #used = 0;
  /** By hash: where an entry begins, plus one; 0 for none. At most half of them are used. */
  #places = new Uint32Array(2048);

  get count(): number {
    return this.#used / entryWords;
  }

  get entries(): Uint32Array {
    return this.#entries.subarray(0, this.#used);
  }

  /** The last entry of a key counts. */
  add(entries: Uint32Array): void {
    while (this.#used + entries.length > this.#entries.length) this.#grow();
    this.#entries.set(entries, this.#used);
    for (let index = 0; index < countOf(entries); index++) {
      this.#note(this.#used);
      this.#used += entryWords;
    }
  }

  /** Where the entry begins, or -1. */
  find(key: string): number {
    const mask = this.#places.length - 1;
    for (let slot = wordOf(key, 3) & mask; ; slot = (slot + 1) & mask) {
      const place = this.#places[slot]!;
      if (place === 0) return -1;
      if (hasKey(this.#entries, place - 1, key)) return place - 1;
    }
  }

  #note(at: number): void {
    const mask = this.#places.length - 1;
    const all = this.#entries;
    for (let slot = all[at + 3]! & mask; ; slot = (slot + 1) & mask) {
      const place = this.#places[slot]!;
      const isFree = place === 0;
      if (!isFree && !isSameKey(all, place - 1, at)) continue;
      this.#places[slot] = at + 1;
      return;
    }
  }

  #grow(): void {
    const entries = new Uint32Array(this.#entries.length * 2);
    entries.set(this.#entries);
    this.#entries = entries;
    this.#places = new Uint32Array(this.#places.length * 2);
    for (let at = 0; at < this.#used; at += entryWords) this.#note(at);
  }
}

const isSameKey = (entries: Uint32Array, a: number, b: number): boolean =>
  entries[a] === entries[b] &&
  entries[a + 1] === entries[b + 1] &&
  entries[a + 2] === entries[b + 2] &&
  entries[a + 3] === entries[b + 3];
