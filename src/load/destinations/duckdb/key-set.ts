/**
 * A set of 64-bit hashes: the filter that tells certainly new keys from those that may have been seen. Open addressing
 * over one typed array; 8 bytes a slot, at most three quarters full, so about 11 to 21 bytes a key.
 */
export class KeySet {
  #slots: BigUint64Array;
  #size = 0;
  #holdsZero = false;

  constructor(expected = 1024) {
    this.#slots = new BigUint64Array(capacityFor(expected));
  }

  get size(): number {
    return this.#size;
  }

  has(hash: bigint): boolean {
    if (hash === 0n) return this.#holdsZero;
    return this.#slots[this.#find(hash)] === hash;
  }

  add(hash: bigint): void {
    if (hash === 0n) {
      if (!this.#holdsZero) this.#size++;
      this.#holdsZero = true;
      return;
    }
    const slot = this.#find(hash);
    if (this.#slots[slot] === hash) return;
    this.#slots[slot] = hash;
    this.#size++;
    if (this.#size > this.#slots.length * 0.75) this.#grow();
  }

  /** The slot that holds the hash, or the empty one where it belongs. */
  #find(hash: bigint): number {
    const mask = this.#slots.length - 1;
    let slot = Number(hash & 0xffff_ffffn) & mask;
    for (;;) {
      const held = this.#slots[slot]!;
      if (held === 0n || held === hash) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new BigUint64Array(old.length * 2);
    for (const hash of old) if (hash !== 0n) this.#slots[this.#find(hash)] = hash;
  }
}

function capacityFor(expected: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(16, expected / 0.75)));
}
