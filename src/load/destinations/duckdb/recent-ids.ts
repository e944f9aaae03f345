import { ofUuid } from './hash.ts';
import { KeyFilter } from './key-filter.ts';

const generationSize = 200_000;

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

  /** `newest`: the greatest id in the table, `''` when it is empty. */
  constructor(newest: string) {
    this.#floor = newest;
    this.#newest = newest;
    this.#newestOfOlder = newest;
  }

  /** False: certainly not in the table. */
  mayHave(id: string): boolean {
    if (id <= this.#floor) return true;
    const hash = ofUuid(id);
    return hash === undefined || this.#younger.has(...hash) || this.#older.has(...hash);
  }

  add(id: string): void {
    const hash = ofUuid(id);
    if (hash === undefined) return;
    if (this.#younger.size >= generationSize) {
      this.#floor = this.#newestOfOlder;
      this.#newestOfOlder = this.#newest;
      this.#older = this.#younger;
      this.#younger = new KeyFilter();
    }
    this.#younger.add(...hash);
    if (id > this.#newest) this.#newest = id;
  }
}
