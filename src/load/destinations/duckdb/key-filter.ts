import { getRandomValues } from 'node:crypto';

const emptySlot = 0;
/** Above this the probe sequences of absent keys, the usual case, grow long. */
const maxLoad = 0.8;
const growth = 1.6;
const wordRange = 2 ** 32;

/**
 * A set of 64-bit hashes that answers "certainly new" or "maybe seen", in 10 to 16 bytes a key: open addressing
 * with linear probing, the two halves of a hash side by side. Hashes come as two 32-bit words, as a BigInt for
 * each row would cost more than the set itself.
 */
export class KeyFilter {
  #words: Uint32Array;
  #capacity: number;
  #size = 0;
  /** Unknown to senders, who otherwise could choose keys that all fall on one slot. */
  readonly #seed = getRandomValues(new Uint32Array(2));

  constructor(expected = 0) {
    this.#capacity = Math.max(1024, Math.ceil(expected / maxLoad) + 1);
    this.#words = new Uint32Array(this.#capacity * 2);
  }

  get size(): number {
    return this.#size;
  }

  /** False: no equal hash was ever added. */
  has(high: number, low: number): boolean {
    return this.#words[this.#find(high, low) * 2 + 1] !== emptySlot;
  }

  /** Returns false when the hash was there already. */
  add(high: number, low: number): boolean {
    if (this.#size + 1 > this.#capacity * maxLoad) this.#grow();
    const slot = this.#find(high, low);
    if (this.#words[slot * 2 + 1] !== emptySlot) return false;
    this.#words[slot * 2] = high;
    this.#words[slot * 2 + 1] = occupied(low);
    this.#size++;
    return true;
  }

  /** The slot of the hash, or the empty one where it belongs. */
  #find(high: number, low: number): number {
    const words = this.#words;
    const wanted = occupied(low);
    const mixed =
      Math.imul(high ^ this.#seed[0]!, 0x9e3779b1) ^ Math.imul(wanted ^ this.#seed[1]!, 0x85ebca6b);
    let slot = Math.floor(((mixed >>> 0) / wordRange) * this.#capacity);
    for (;;) {
      const present = words[slot * 2 + 1];
      if (present === emptySlot || (present === wanted && words[slot * 2] === high)) return slot;
      slot = slot + 1 === this.#capacity ? 0 : slot + 1;
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#capacity = Math.ceil(this.#capacity * growth);
    this.#words = new Uint32Array(this.#capacity * 2);
    this.#size = 0;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] !== emptySlot) this.add(old[i]!, old[i + 1]!);
    }
  }
}

/** Zero marks an empty slot; the hash that would look like one shares its neighbour's place: one more "maybe". */
const occupied = (low: number): number => (low === emptySlot ? 1 : low);
