import type { Hash } from './hash.ts';
import { KeyFilter } from './key-filter.ts';

/**
 * Which request ids may be in a table already: those that were loaded lately, and all that are older. Ids grow with
 * time (UUID version 7), but not strictly in the order of loading, as requests overtake each other. Two generations
 * of hashes, 6 MB at most.
 */
export class RecentIds {
  /** Nothing is remembered of ids up to this one. */
  #floor: string;
  #newest: string;
  #newestOfOlder: string;
  #younger = new KeyFilter();
  #older = new KeyFilter();

  readonly #generation: number;

  /** `newest`: the greatest id in the table, `''` when it is empty. `generation`: how many ids make one. */
  constructor(newest: string, generation = 200_000) {
    this.#generation = generation;
    this.#floor = newest;
    this.#newest = newest;
    this.#newestOfOlder = newest;
  }

  /** `hash` is that of the id, which is in lower case. False: certainly not in the table. */
  mayHave(id: string, [high, low]: Hash): boolean {
    return id <= this.#floor || this.#younger.has(high, low) || this.#older.has(high, low);
  }

  /** As `add`; false when the id may have been there already. */
  admit(id: string, [high, low]: Hash): boolean {
    this.#makeRoom();
    if (id <= this.#floor || this.#older.has(high, low)) return false;
    if (id > this.#newest) this.#newest = id;
    return this.#younger.add(high, low);
  }

  add(id: string, [high, low]: Hash): void {
    this.#makeRoom();
    if (id > this.#newest) this.#newest = id;
    this.#younger.add(high, low);
  }

  #makeRoom(): void {
    if (this.#younger.size < this.#generation) return;
    this.#floor = this.#newestOfOlder;
    this.#newestOfOlder = this.#newest;
    this.#older = this.#younger;
    // As many come again: to grow step by step is to write each of them three times.
    this.#younger = new KeyFilter(this.#generation);
  }
}
