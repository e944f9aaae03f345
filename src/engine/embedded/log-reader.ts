import type { Limits } from '../batches.ts';
import type { Delivery } from '../engine.ts';
import { blockOf, maxMessagesPerBlock, offsetOf, readBlock, type BlockReader } from './block.ts';
import { origin, partitionName, readPartitions } from './records.ts';
import type { Mark, Store } from './store.ts';

export interface LogBatch {
  deliveries: Delivery[];
  /** Where the group stands when these deliveries, and all before them, are settled; by writer. */
  marks: Map<string, Mark>;
}

interface Cursor {
  mark: Mark;
  open: { block: number; reader: BlockReader } | undefined;
}

/** New messages of a topic, in order within each partition. */
export class LogReader {
  readonly #store: Store;
  readonly #topic: string;
  readonly #marks: ReadonlyMap<string, Mark>;
  readonly #cursors = new Map<string, Cursor>();
  #turn = 0;

  /** `marks`: where to begin, by writer; the others begin with the oldest kept message. */
  constructor(store: Store, topic: string, marks: ReadonlyMap<string, Mark>) {
    this.#store = store;
    this.#topic = topic;
    this.#marks = marks;
  }

  /** Whether there is enough for a full batch. */
  isFull({ maxEvents, maxBytes }: Limits): boolean {
    let events = 0;
    let bytes = 0;
    for (const [writer, published] of readPartitions(this.#store, this.#topic)) {
      const read = this.#cursors.get(writer)?.mark ?? this.#marks.get(writer) ?? origin;
      events += published.events - read.events;
      bytes += published.bytes - read.bytes;
    }
    return events >= maxEvents || bytes >= maxBytes;
  }

  /** The next messages within the limits (at least one), or undefined when there are none. */
  next({ maxEvents, maxBytes }: Limits): LogBatch | undefined {
    const batch: LogBatch = { deliveries: [], marks: new Map() };
    let room = { events: maxEvents, bytes: maxBytes };
    const writers = this.#writersWithMore();
    this.#turn += 1; // each partition comes first in its turn
    for (let i = 0; i < writers.length; i++) {
      const writer = writers[(this.#turn + i) % writers.length] ?? '';
      const cursor = this.#cursors.get(writer);
      const left = cursor && this.#take(writer, cursor, batch, room);
      if (!left) break;
      room = left;
    }
    return batch.deliveries.length === 0 ? undefined : batch;
  }

  /** Writers that have published more than was read. */
  #writersWithMore(): string[] {
    const writers: string[] = [];
    for (const [writer, { blocks }] of readPartitions(this.#store, this.#topic)) {
      const cursor = this.#cursors.get(writer) ?? {
        mark: this.#marks.get(writer) ?? origin,
        open: undefined,
      };
      this.#cursors.set(writer, cursor);
      if (cursor.open || blockOf(cursor.mark.offset) < blocks) writers.push(writer);
    }
    return writers;
  }

  #openBlock(writer: string, cursor: Cursor): Cursor['open'] {
    if (cursor.open) return cursor.open;
    const wanted = blockOf(cursor.mark.offset);
    // Not always that one: a group without a mark begins with what was not trimmed.
    const [key] = [
      ...this.#store.log.getKeys({
        start: [this.#topic, writer, wanted],
        end: [this.#topic, writer, Number.MAX_SAFE_INTEGER],
        limit: 1,
      }),
    ];
    // One copy for the whole block: what LMDB itself lends is gone with the next read.
    const bytes = key && this.#store.log.getBinary(key);
    if (!bytes) return undefined;
    const block = key[2];
    const from = block === wanted ? cursor.mark.offset % maxMessagesPerBlock : 0;
    cursor.open = { block, reader: readBlock(bytes, from) };
    return cursor.open;
  }

  /** Moves messages into the batch. Returns the room that is left, or undefined when the next message has none. */
  #take(writer: string, cursor: Cursor, batch: LogBatch, room: Room): Room | undefined {
    const partition = partitionName(this.#topic, writer);
    let { events, bytes } = room;
    for (let open = this.#openBlock(writer, cursor); open; open = this.#openBlock(writer, cursor)) {
      const { block, reader } = open;
      for (let next = reader.peek(); next; next = reader.peek()) {
        if (batch.deliveries.length > 0 && (next.events > events || next.bytes > bytes)) {
          return undefined;
        }
        const position = { partition, offset: offsetOf(block, reader.index()) };
        batch.deliveries.push({ body: reader.take(), events: next.events, position, attempt: 1 });
        events -= next.events;
        bytes -= next.bytes;
        cursor.mark = markAt(block, reader);
        batch.marks.set(writer, cursor.mark);
      }
      cursor.open = undefined;
    }
    return { events, bytes };
  }
}

interface Room {
  events: number;
  bytes: number;
}

function markAt(block: number, reader: BlockReader): Mark {
  const events = reader.eventsBefore();
  if (!reader.peek())
    return { offset: offsetOf(block + 1, 0), events, blockEvents: events, bytes: reader.bytesAfter() };
  return {
    offset: offsetOf(block, reader.index()),
    events,
    blockEvents: reader.header.eventsBefore,
    bytes: reader.header.bytesBefore,
  };
}
