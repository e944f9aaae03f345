import type { Message } from '../engine.ts';

/**
 * A block: the messages of one commit in one record, so that many small publishes cost one write.
 *
 *     0  u32  format, 1
 *     4  u32  number of messages
 *     8  f64  events in the partition before this block
 *    16  f64  bytes in the partition before this block
 *    24  u32 length, u32 events, for each message
 *        bodies, one after the other
 */
const format = 1;
const headerBytes = 24;
const entryBytes = 8;

/** Also the factor between block numbers and offsets. */
export const maxMessagesPerBlock = 65_536;
/** A larger message gets a block of its own. */
export const maxBytesPerBlock = 4 * 1024 * 1024;
const maxUint32 = 0xffff_ffff;

export const offsetOf = (block: number, index: number): number => block * maxMessagesPerBlock + index;
export const blockOf = (offset: number): number => Math.floor(offset / maxMessagesPerBlock);

export const eventsOf = (message: Message): number => message.events ?? 1;

/** Throws a RangeError for what a block cannot hold. */
export function checkMessage(message: Message): void {
  const events = eventsOf(message);
  if (!Number.isInteger(events) || events < 0 || events > maxUint32)
    throw new RangeError('the events of a message are a whole number from 0 to 4294967295');
  if (message.body.length > maxUint32) throw new RangeError('a message is smaller than 4 GiB');
}

export function encodeBlock(messages: readonly Message[], before: { events: number; bytes: number }): Buffer {
  let bytes = headerBytes + entryBytes * messages.length;
  for (const message of messages) bytes += message.body.length;
  const block = Buffer.allocUnsafeSlow(bytes);
  block.writeUInt32LE(format, 0);
  block.writeUInt32LE(messages.length, 4);
  block.writeDoubleLE(before.events, 8);
  block.writeDoubleLE(before.bytes, 16);
  let entry = headerBytes;
  let body = headerBytes + entryBytes * messages.length;
  for (const message of messages) {
    block.writeUInt32LE(message.body.length, entry);
    block.writeUInt32LE(eventsOf(message), entry + 4);
    block.set(message.body, body);
    entry += entryBytes;
    body += message.body.length;
  }
  return block;
}

export interface BlockHeader {
  count: number;
  eventsBefore: number;
  bytesBefore: number;
}

/** Throws for a record that is not a block of this format. */
export function readHeader(block: Buffer): BlockHeader {
  const found = block.readUInt32LE(0);
  if (found !== format) throw new Error(`unknown block format ${found}`);
  return {
    count: block.readUInt32LE(4),
    eventsBefore: block.readDoubleLE(8),
    bytesBefore: block.readDoubleLE(16),
  };
}

export interface BlockReader {
  /** Index of the next message. */
  index(): number;
  /** Sizes of the next message; undefined at the end. */
  peek(): { bytes: number; events: number } | undefined;
  /** Body of the next message, a view into the block; moves on. */
  take(): Buffer;
  /** Events of the partition before the next message. */
  eventsBefore(): number;
  /** Bytes of the partition up to the end of this block; known once all messages are taken. */
  bytesAfter(): number;
  readonly header: BlockHeader;
}

/** Reads a block's messages in order, from the one at `from`. */
export function readBlock(block: Buffer, from: number): BlockReader {
  const header = readHeader(block);
  const bodies = headerBytes + entryBytes * header.count;
  let index = 0;
  let at = bodies;
  let events = header.eventsBefore;

  const reader: BlockReader = {
    header,
    index: () => index,
    peek() {
      if (index >= header.count) return undefined;
      const entry = headerBytes + entryBytes * index;
      return { bytes: block.readUInt32LE(entry), events: block.readUInt32LE(entry + 4) };
    },
    take() {
      const next = reader.peek();
      if (!next) throw new RangeError('the block has no more messages');
      const body = block.subarray(at, at + next.bytes);
      index += 1;
      at += next.bytes;
      events += next.events;
      return body;
    },
    eventsBefore: () => events,
    bytesAfter: () => header.bytesBefore + (at - bodies),
  };
  for (let skipped = 0; skipped < from && reader.peek(); skipped++) reader.take();
  return reader;
}
