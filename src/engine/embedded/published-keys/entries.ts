import type { PublishedKey } from '../../published-key.ts';

/**
 * Entries of one length, one after the other: 16 bytes of key, 16 of id, and the time of expiry as a double. They are kept
 * as words of 32 bits, in the machine's own order, as in LMDB's files.
 */
export const entryWords = 10;
const idAt = 4;
const expiryAt = 8;

export const countOf = (entries: Uint32Array): number => entries.length / entryWords;

export function encodeEntries(keys: readonly PublishedKey[]): Uint32Array {
  const entries = new Uint32Array(keys.length * entryWords);
  keys.forEach(({ key, id, expiresAt }, index) => {
    const at = index * entryWords;
    for (let word = 0; word < idAt; word++) entries[at + word] = wordOf(key, word);
    entries[at + idAt] = Number.parseInt(id.slice(0, 8), 16);
    entries[at + idAt + 1] = Number.parseInt(id.slice(9, 13) + id.slice(14, 18), 16);
    entries[at + idAt + 2] = Number.parseInt(id.slice(19, 23) + id.slice(24, 28), 16);
    entries[at + idAt + 3] = Number.parseInt(id.slice(28), 16);
    double[0] = expiresAt;
    entries.set(doubleWords, at + expiryAt);
  });
  return entries;
}

const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);

export function wordOf(key: string, word: number): number {
  const at = word * 4;
  const low = key.charCodeAt(at) | (key.charCodeAt(at + 1) << 8) | (key.charCodeAt(at + 2) << 16);
  return (low | (key.charCodeAt(at + 3) << 24)) >>> 0;
}

export const bytesOf = (words: Uint32Array): Buffer =>
  Buffer.from(words.buffer, words.byteOffset, words.byteLength);

/** A copy, as bytes from elsewhere need not begin where a word may. */
export function wordsOf(bytes: Uint8Array): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(bytes.length / 4);
  new Uint8Array(words.buffer).set(bytes);
  return words;
}

export function hasKey(entries: Uint32Array, at: number, key: string): boolean {
  return (
    entries[at] === wordOf(key, 0) &&
    entries[at + 1] === wordOf(key, 1) &&
    entries[at + 2] === wordOf(key, 2) &&
    entries[at + 3] === wordOf(key, 3)
  );
}

export function expiryOf(entries: Uint32Array, at: number): number {
  doubleWords[0] = entries[at + expiryAt]!;
  doubleWords[1] = entries[at + expiryAt + 1]!;
  return double[0]!;
}

export function idOf(entries: Uint32Array, at: number): string {
  let hex = '';
  for (let word = 0; word < idAt; word++) hex += entries[at + idAt + word]!.toString(16).padStart(8, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function decodeEntry(entries: Uint32Array, at: number): PublishedKey {
  return {
    key: bytesOf(entries.subarray(at, at + idAt)).toString('latin1'),
    id: idOf(entries, at),
    expiresAt: expiryOf(entries, at),
  };
}

/** Where the last entry with this key begins, or -1. */
export function lastWith(entries: Uint32Array, key: string): number {
  for (let at = entries.length - entryWords; at >= 0; at -= entryWords)
    if (hasKey(entries, at, key)) return at;
  return -1;
}

/** Keys of the LMDB table: entries as they were published, runs of a partition by bucket, and the filters of complete partitions. */
const kinds = { published: 1, bucket: 2, filter: 3 };
const rangeOf = (kind: number) => ({ start: Buffer.from([kind]), end: Buffer.from([kind + 1]) });

export const publishedKey = Object.assign(
  (sequence: number): Buffer => {
    const key = Buffer.alloc(7, kinds.published);
    key.writeUIntBE(sequence, 1, 6);
    return key;
  },
  { range: rangeOf(kinds.published), sequenceOf: (key: Buffer): number => key.readUIntBE(1, 6) },
);

export const bucketKey = Object.assign(
  (partition: number, run: number, bucket: number): Buffer => {
    const key = Buffer.alloc(9, kinds.bucket);
    key.writeUInt32BE(partition, 1);
    key.writeUInt16BE(run, 5);
    key.writeUInt16BE(bucket, 7);
    return key;
  },
  { range: rangeOf(kinds.bucket), runOf: (key: Buffer): number => key.readUInt16BE(5) },
);

export const filterKey = Object.assign(
  (partition: number): Buffer => {
    const key = Buffer.alloc(5, kinds.filter);
    key.writeUInt32BE(partition, 1);
    return key;
  },
  { range: rangeOf(kinds.filter) },
);

/** Of a bucket's or a filter's key. */
export const partitionOf = (key: Buffer): number => key.readUInt32BE(1);

/** By the last word of the key. */
export const bucketOf = (lastWord: number, buckets: number): number => lastWord % buckets;

/** The entries that have not expired, by bucket, in their order. */
export function bucketsOf(entries: Uint32Array, buckets: number, now: number): Uint32Array[] {
  const kept: number[][] = Array.from({ length: buckets }, () => []);
  for (let at = 0; at < entries.length; at += entryWords)
    if (expiryOf(entries, at) > now) kept[bucketOf(entries[at + 3]!, buckets)]!.push(at);
  return kept.map((places) => {
    const bucket = new Uint32Array(places.length * entryWords);
    places.forEach((at, index) => bucket.set(entries.subarray(at, at + entryWords), index * entryWords));
    return bucket;
  });
}
