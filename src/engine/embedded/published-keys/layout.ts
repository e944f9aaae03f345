import { entryWords, expiryOf } from './entries.ts';

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
