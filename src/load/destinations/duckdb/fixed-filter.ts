import { getRandomValues } from 'node:crypto';

const emptySlot = 0;
const maxLoad = 0.85;
const placeRange = 2 ** 32;

/** How hashes are put aside while the filter is filled: those of one region of its memory together. */
const regions = 256;
const regionShift = 24;
const regionHashes = 2048;

/**
 * A set of as many hashes as were foreseen, in 4.7 bytes each: "certainly new" or "maybe seen". Half of a hash is kept, the
 * other half is the place where it stands, so that only one new hash in some 100 million looks seen; but it can't grow, as what
 * is kept does not tell the place in a larger one.
 */
export class FixedFilter {
  readonly #slots: Uint32Array;
  readonly #counts = new Uint16Array(regions);
  #aside: Uint32Array | undefined = new Uint32Array(regions * regionHashes * 2);
  #room: number;
  /** Unknown to senders, who otherwise could choose keys that all fall on one slot, or look alike. */
  readonly #seed = getRandomValues(new Uint32Array(3));

  constructor(foreseen: number) {
    this.#slots = new Uint32Array(Math.ceil(foreseen / maxLoad) + 1);
    this.#room = foreseen;
  }

  /** False: no equal hash was ever added. Tells nothing before `complete`. */
  has(high: number, low: number): boolean {
    return this.#slots[this.#find(this.#place(high, low), this.#kept(high, low))] !== emptySlot;
  }

  /** In regions it takes half the time: each hash of its own would wait for the memory. */
  add(high: number, low: number): void {
    const place = this.#place(high, low);
    const region = place >>> regionShift;
    const at = (region * regionHashes + this.#counts[region]!) * 2;
    this.#aside![at] = place;
    this.#aside![at + 1] = this.#kept(high, low);
    if (++this.#counts[region]! === regionHashes) this.#flush(region);
  }

  /** After the last one. */
  complete(): void {
    for (let region = 0; region < regions; region++) this.#flush(region);
    this.#aside = undefined;
  }

  #flush(region: number): void {
    const from = region * regionHashes * 2;
    const to = from + this.#counts[region]! * 2;
    for (let at = from; at < to; at += 2) {
      if (this.#room-- === 0) throw new RangeError('more hashes than were foreseen');
      const kept = this.#aside![at + 1]!;
      this.#slots[this.#find(this.#aside![at]!, kept)] = kept;
    }
    this.#counts[region] = 0;
  }

  /** In 32 bits, for a table of any size. */
  #place(high: number, low: number): number {
    return (Math.imul(high ^ this.#seed[0]!, 0x9e3779b1) ^ Math.imul(low ^ this.#seed[1]!, 0x85ebca6b)) >>> 0;
  }

  #kept(high: number, low: number): number {
    const kept = (low ^ Math.imul(high, this.#seed[2]! | 1)) >>> 0;
    // The one that would look like an empty slot shares its neighbour's value: one more "maybe".
    return kept === emptySlot ? 1 : kept;
  }

  /** The slot that holds it, or the empty one where it belongs. */
  #find(place: number, kept: number): number {
    const slots = this.#slots;
    let slot = Math.floor((place / placeRange) * slots.length);
    for (;;) {
      const present = slots[slot];
      if (present === emptySlot || present === kept) return slot;
      slot = slot + 1 === slots.length ? 0 : slot + 1;
    }
  }
}
