import { SlotTable } from './slot-table.ts';
import { Names } from './names.ts';
import { idHashWords, mostIdHashes } from './id-values.ts';

/** Of an id: 128 bits, and the number of what follows them. */
const idWords = 5;
const leastSlots = 8;
const growth = 1.5;

/** What is kept in memory of a letter, beside its group. */
export interface LetterFacts {
  /** Milliseconds since 1970. */
  receivedAt: number;
  /** See `idHashes`. */
  ids: string;
  code: string | undefined;
}

/**
 * The letters of one group in typed arrays, some 70 bytes for each and no object, which the collector would have to look at. They stand
 * in slots from 0 to `size` - 1, in the order in which they came until one is removed: the last one takes its slot.
 */
export class LetterColumns {
  #size = 0;
  #ids = new Uint32Array(leastSlots * idWords);
  #times = new Float64Array(leastSlots);
  #hashes = new Uint32Array(leastSlots * mostIdHashes);
  #codes = new Uint32Array(leastSlots);
  readonly #slots = new SlotTable((slot) => this.#ids[slot * idWords + 3]!);
  /** What ids have behind their UUID; whole ids that have none. */
  readonly #ends = new Names();
  readonly #knownCodes = new Names();

  get size(): number {
    return this.#size;
  }

  /** The slot of a letter; -1 for one that is not here. */
  find(id: string): number {
    const [a, b, c, d, end] = wordsOf(id);
    const number = this.#ends.find(end);
    if (number === -1) return -1;
    return this.#slots.find(d, (slot) => {
      const at = slot * idWords;
      const ids = this.#ids;
      return (
        ids[at] === a && ids[at + 1] === b && ids[at + 2] === c && ids[at + 3] === d && ids[at + 4] === number
      );
    });
  }

  /** Of a letter that is not here. */
  add(id: string, facts: LetterFacts): void {
    if (this.#size === this.#times.length) this.#grow();
    const slot = this.#size++;
    this.#codes[slot] = unknownCode;
    const [a, b, c, d, end] = wordsOf(id);
    this.#ids.set([a, b, c, d, this.#ends.use(end)], slot * idWords);
    this.#slots.add(slot, this.#size);
    this.set(slot, facts);
  }

  set(slot: number, { receivedAt, ids, code }: LetterFacts): void {
    this.#times[slot] = receivedAt;
    this.#forgetCode(slot);
    if (code !== undefined) this.#codes[slot] = this.#knownCodes.use(code) + 1;
    const from = slot * mostIdHashes;
    this.#hashes.fill(0, from, from + mostIdHashes);
    this.#hashes.set(idHashWords(ids), from);
  }

  remove(slot: number): void {
    this.#forgetCode(slot);
    const end = this.#ids[slot * idWords + 4]!;
    this.#slots.remove(slot);
    const last = --this.#size;
    if (slot !== last) {
      this.#slots.move(last, slot);
      this.#ids.copyWithin(slot * idWords, last * idWords, (last + 1) * idWords);
      this.#hashes.copyWithin(slot * mostIdHashes, last * mostIdHashes, (last + 1) * mostIdHashes);
      this.#times[slot] = this.#times[last]!;
      this.#codes[slot] = this.#codes[last]!;
    }
    this.#ends.release(end);
  }

  receivedAt(slot: number): number {
    return this.#times[slot]!;
  }

  id(slot: number): string {
    const at = slot * idWords;
    const ids = this.#ids;
    const end = this.#ends.name(ids[at + 4]!);
    if (!this.#isUuid(at)) return end;
    const hex = hexOf(ids[at]!) + hexOf(ids[at + 1]!) + hexOf(ids[at + 2]!) + hexOf(ids[at + 3]!);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}${end}`;
  }

  /** As texts compare, negative when the first one's id is less; hardly ever made as texts for that. */
  compareIds(slot: number, others: LetterColumns, other: number): number {
    const [mine, theirs] = [slot * idWords, other * idWords];
    if (this.#isUuid(mine) && others.#isUuid(theirs))
      for (let word = 0; word < idWords - 1; word++) {
        const difference = this.#ids[mine + word]! - others.#ids[theirs + word]!;
        if (difference !== 0) return difference;
      }
    const [a, b] = [this.id(slot), others.id(other)];
    return a === b ? 0 : a < b ? -1 : 1;
  }

  #isUuid(at: number): boolean {
    return this.#ids[at] !== 0 || this.#ids[at + 1] !== 0;
  }

  /** Whether the letter may hold an id with this hash, see `idHashWords`. */
  mayHoldId(slot: number, hash: number): boolean {
    const from = slot * mostIdHashes;
    for (let at = from; at < from + mostIdHashes; at++) if (this.#hashes[at] === hash) return true;
    return false;
  }

  /** Whether it may have this code; of letters of versions before 0.4 it is not known. */
  mayHaveCode(slot: number, code: string): boolean {
    const known = this.#codes[slot]!;
    return known === unknownCode || this.#knownCodes.name(known - 1) === code;
  }

  #forgetCode(slot: number): void {
    const known = this.#codes[slot]!;
    if (known !== unknownCode) this.#knownCodes.release(known - 1);
    this.#codes[slot] = unknownCode;
  }

  #grow(): void {
    const slots = Math.ceil(this.#times.length * growth);
    const larger = <T extends Uint32Array | Float64Array>(to: T, from: T): T => (to.set(from), to);
    this.#ids = larger(new Uint32Array(slots * idWords), this.#ids);
    this.#times = larger(new Float64Array(slots), this.#times);
    this.#hashes = larger(new Uint32Array(slots * mostIdHashes), this.#hashes);
    this.#codes = larger(new Uint32Array(slots), this.#codes);
  }
}

const unknownCode = 0;
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/;
const hexOf = (word: number): string => word.toString(16).padStart(8, '0');

function wordsOf(id: string): [number, number, number, number, string] {
  if (!uuid.test(id) || id.startsWith('00000000-0000-0000')) return [0, 0, 0, 0, id];
  const hex = (text: string): number => Number.parseInt(text, 16);
  return [
    hex(id.slice(0, 8)),
    hex(id.slice(9, 13) + id.slice(14, 18)),
    hex(id.slice(19, 23) + id.slice(24, 28)),
    hex(id.slice(28, 36)),
    id.slice(36),
  ];
}
