import type { Hash } from './hash.ts';
import { KeyFilter } from './key-filter.ts';

/**
 * Hashes of the ids and keys that were written lately. A row that was prepared as certainly new may wait for its batch while
 * a repair or a replay writes the same id or key; then it is no longer certainly new. Two generations of hashes are kept; for
 * rows prepared before them, the answer is that there may be one.
 */
export class RecentWrites {
  readonly #generation: number;
  #younger = new KeyFilter();
  #older = new KeyFilter();
  #count = 0;
  /** The count when the younger generation began, and when the older one did. */
  #youngerSince = 0;
  #olderSince = 0;

  constructor(generation = 50_000) {
    this.#generation = generation;
  }

  /** How many there were so far. `mayHave` takes the count at which a row was prepared. */
  get count(): number {
    return this.#count;
  }

  add([high, low]: Hash): void {
    if (this.#count - this.#youngerSince >= this.#generation) {
      this.#olderSince = this.#youngerSince;
      this.#youngerSince = this.#count;
      this.#older = this.#younger;
      this.#younger = new KeyFilter();
    }
    this.#count++;
    this.#younger.add(high, low);
  }

  /** False: none since then has this hash. */
  mayHave(since: number, high: number, low: number): boolean {
    if (since === this.#count) return false;
    return since < this.#olderSince || this.#younger.has(high, low) || this.#older.has(high, low);
  }
}
