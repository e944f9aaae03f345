/**
 * A set of texts of which only 53 bits of a hash are kept, 16 to 32 bytes each and no object: among a million texts, two that count as
 * one come once in ten thousand times.
 */
export class HashSet {
  #places = new Float64Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False when it was there. */
  add(text: string): boolean {
    const hash = hashOf(text);
    const at = this.#find(hash);
    if (this.#places[at] === hash) return false;
    this.#places[at] = hash;
    if (++this.#size * 2 > this.#places.length) this.#grow();
    return true;
  }

  has(text: string): boolean {
    const hash = hashOf(text);
    return this.#places[this.#find(hash)] === hash;
  }

  /** Where it is, or would be put. */
  #find(hash: number): number {
    const mask = this.#places.length - 1;
    let at = hash % this.#places.length;
    while (this.#places[at] !== 0 && this.#places[at] !== hash) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const old = this.#places;
    this.#places = new Float64Array(old.length * 2);
    for (const hash of old) if (hash !== 0) this.#places[this.#find(hash)] = hash;
  }
}

/** Two of FNV-1a side by side, whose last bits are mixed; never 0. */
function hashOf(text: string): number {
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995);
    b ^= b >>> 13;
  }
  a ^= a >>> 16;
  b ^= b >>> 15;
  return (a >>> 0) * 2 ** 21 + ((b >>> 0) & 0x1fffff) + 1;
}
