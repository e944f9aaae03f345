/**
 * Texts in the order of their UTF-8 bytes. Many that come at once are sorted once, when somebody asks; a few are put
 * in their places.
 */
export class SortedKeys {
  #sorted: string[] = [];
  readonly #added = new Set<string>();
  readonly #deleted = new Set<string>();

  add(key: string): void {
    this.#deleted.delete(key);
    this.#added.add(key); // whether it is there already is seen when they are merged
  }

  delete(key: string): void {
    this.#added.delete(key);
    this.#deleted.add(key);
  }

  /** Those that are not before `prefix` and come after `after`. */
  *from(prefix: string, after: string | undefined): Generator<string> {
    this.#merge();
    const keys = this.#sorted;
    const first = lowerBound(keys, prefix);
    let at = after === undefined ? first : Math.max(first, lowerBound(keys, after));
    if (after !== undefined && keys[at] === after) at++;
    for (; at < keys.length; at++) yield keys[at]!;
  }

  #merge(): void {
    if (this.#deleted.size > 0) this.#sorted = this.#sorted.filter((key) => !this.#deleted.has(key));
    if (this.#added.size > 0) {
      const added = [...this.#added].toSorted(compare);
      const merged: string[] = [];
      let at = 0;
      for (const key of added) {
        while (at < this.#sorted.length && compare(this.#sorted[at]!, key) < 0)
          merged.push(this.#sorted[at++]!);
        if (this.#sorted[at] === key) at++;
        merged.push(key);
      }
      while (at < this.#sorted.length) merged.push(this.#sorted[at++]!);
      this.#sorted = merged;
    }
    this.#added.clear();
    this.#deleted.clear();
  }
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(keys[middle]!, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** JavaScript compares UTF-16 units, which sorts what is beyond U+FFFF before U+E000 to U+FFFF; bytes do not. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
