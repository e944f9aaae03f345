import type { Hash } from './hash.ts';
import { KeyFilter } from './key-filter.ts';

/**
 * Ids and keys of rows that were written after a look at the table. Rows that were made ready as certainly new may have
 * waited for their batch meanwhile, as those of a repair or a replay come another way, and are no longer certainly new
 * when one of these has their id or key. Two generations of hashes; what is older counts as one that has.
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

  /** How many there were so far: what `mayHave` is told of a row is the count of when it was made ready. */
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
