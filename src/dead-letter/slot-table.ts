/** Finds slots by 32 bits of what they hold: a hash table with open addressing, in one array. */
export class SlotTable {
  readonly #bitsOf: (slot: number) => number;
  /** Slots counted from 1; 0 is an empty place. A power of two long, at most half full. */
  #places = new Int32Array(16);

  /** `bitsOf` reads from the slot itself, of each that is in the table. */
  constructor(bitsOf: (slot: number) => number) {
    this.#bitsOf = bitsOf;
  }

  /** The slot with these bits that is meant; -1 when there is none. */
  find(bits: number, isMeant: (slot: number) => boolean): number {
    for (let at = this.#home(bits); this.#places[at] !== 0; at = this.#next(at)) {
      const slot = this.#places[at]! - 1;
      if (isMeant(slot)) return slot;
    }
    return -1;
  }

  /** `size`: how many there are, this one included. */
  add(slot: number, size: number): void {
    if (size * 2 > this.#places.length) {
      const old = this.#places;
      this.#places = new Int32Array(old.length * 2);
      for (const place of old) if (place !== 0) this.#put(place);
    }
    this.#put(slot + 1);
  }

  /** While the slot still holds what it held. Those behind it come forward, so that no gap ends the way to them. */
  remove(slot: number): void {
    let gap = this.#placeOf(slot);
    for (let at = this.#next(gap); this.#places[at] !== 0; at = this.#next(at)) {
      const home = this.#home(this.#bitsOf(this.#places[at]! - 1));
      const mask = this.#places.length - 1;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      this.#places[gap] = this.#places[at]!;
      gap = at;
    }
    this.#places[gap] = 0;
  }

  /** What `from` holds is to be in `to`, and still is in `from`. */
  move(from: number, to: number): void {
    this.#places[this.#placeOf(from)] = to + 1;
  }

  #put(place: number): void {
    let at = this.#home(this.#bitsOf(place - 1));
    while (this.#places[at] !== 0) at = this.#next(at);
    this.#places[at] = place;
  }

  #placeOf(slot: number): number {
    let at = this.#home(this.#bitsOf(slot));
    while (this.#places[at] !== slot + 1) at = this.#next(at);
    return at;
  }

  /** Mixed, as the ids of one request follow one another. */
  #home(bits: number): number {
    const mixed = Math.imul(bits, 0x9e3779b1);
    return (mixed ^ (mixed >>> 15)) & (this.#places.length - 1);
  }

  #next(at: number): number {
    return (at + 1) & (this.#places.length - 1);
  }
}
