/**
 * A Bloom filter for a known number of keys: it never says "no" for a key that was added, and "maybe" for one or two other keys
 * in a thousand. All bits of a key lie in one block of 64 bytes, so a look costs one access to memory. Keys are digests, so parts
 * of them serve as the hashes.
 */
export class KeyFilter {
  readonly words: Uint32Array;
  readonly #blocks: number;

  /** `words`: of a filter that was made before. */
  constructor(
    capacity: number,
    words = new Uint32Array(Math.max(1, Math.ceil(capacity / keysInBlock)) * blockWords),
  ) {
    this.words = words;
    this.#blocks = words.length / blockWords;
  }

  /** The key's first words, whose order is that of an entry. */
  add(w0: number, w1: number, w2: number): void {
    const block = (w0 % this.#blocks) * blockWords;
    for (let hash = 0; hash < hashes; hash++) {
      const bit = bitOf(hash, w1, w2);
      this.words[block + (bit >>> 5)]! |= 1 << (bit & 31);
    }
  }

  mayHave(w0: number, w1: number, w2: number): boolean {
    const block = (w0 % this.#blocks) * blockWords;
    for (let hash = 0; hash < hashes; hash++) {
      const bit = bitOf(hash, w1, w2);
      if ((this.words[block + (bit >>> 5)]! & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }
}

const blockWords = 16;
/** 16 bits for each. */
const keysInBlock = 32;
const hashes = 6;

/** Three times nine bits of each word. */
const bitOf = (hash: number, w1: number, w2: number): number =>
  ((hash < 3 ? w1 : w2) >>> ((hash % 3) * 9)) & 511;
