import type { Message } from '../engine.ts';

/**
 * A block: the messages of several publishes in one message of JetStream, so that many small ones cost one
 * acknowledgement.
 *
 *     0  u32 number of messages
 *     4  u32 length, u32 events, for each message
 *        bodies, one after the other
 */
export interface BlockEntry {
  body: Uint8Array;
  events: number;
}

const headerBytes = 4;
export const entryBytes = 8;
/** Also the factor between sequences of the stream and offsets. */
export const maxMessagesPerBlock = 4096;
const maxUint32 = 0xffff_ffff;

export const offsetOf = (seq: number, index: number): number => seq * maxMessagesPerBlock + index;

/** Throws a RangeError for what a block cannot hold. */
export function eventsOf({ events = 1 }: Message): number {
  if (!Number.isInteger(events) || events < 0 || events > maxUint32)
    throw new RangeError('the events of a message are a whole number from 0 to 4294967295');
  return events;
}

export function encodeBlock(entries: readonly BlockEntry[]): Buffer {
  let bytes = headerBytes + entryBytes * entries.length;
  for (const { body } of entries) bytes += body.length;
  const block = Buffer.allocUnsafe(bytes);
  block.writeUInt32LE(entries.length, 0);
  let entry = headerBytes;
  let at = headerBytes + entryBytes * entries.length;
  for (const { body, events } of entries) {
    block.writeUInt32LE(body.length, entry);
    block.writeUInt32LE(events, entry + 4);
    block.set(body, at);
    entry += entryBytes;
    at += body.length;
  }
  return block;
}

/** The entries; bodies are views into the block. Throws for what is not a block. */
export function decodeBlock(data: Uint8Array): BlockEntry[] {
  const block = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const count = block.readUInt32LE(0);
  const entries: BlockEntry[] = [];
  let at = headerBytes + entryBytes * count;
  for (let index = 0; index < count; index++) {
    const length = block.readUInt32LE(headerBytes + entryBytes * index);
    if (at + length > block.length) throw new RangeError('a block of the queue is cut short');
    entries.push({
      body: block.subarray(at, at + length),
      events: block.readUInt32LE(headerBytes + entryBytes * index + 4),
    });
    at += length;
  }
  return entries;
}
