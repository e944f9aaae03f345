import { headers } from '@nats-io/transport-node';
import type { Delivery } from '../engine.ts';
import type { Deferred } from '../settle.ts';
import { entryBytes } from './block.ts';
import type { Link } from './connection.ts';
import { type LargeBodies, largeHeader, overheadBytes, readRef, writeRef } from './large.ts';
import type { Layout } from './names.ts';
import { patiently } from './patience.ts';
import type { Pulled } from './pulled.ts';

export interface RetryGroup {
  topic: string;
  group: string;
}

/** A message that was deferred, as it lies in the retry stream: under its group and its events, so both can be counted. */
export interface RetryArea {
  /** Durable when it resolves. */
  put(group: RetryGroup, entry: Deferred): Promise<void>;
  /**
   * The message; when it is due by the clock of the worker that deferred it (milliseconds since 1970), and after which delay,
   * which is not known of messages of older versions.
   */
  read(
    message: Pick<Pulled, 'data' | 'header' | 'subject'>,
  ): Promise<{ delivery: Delivery; dueAt: number; delayMs: number | undefined }>;
  /** Removes what belongs to a settled message beside itself. */
  release(message: Pick<Pulled, 'header'>): Promise<void>;
}

const partitionHeader = 'Sentinel-Partition';
const offsetHeader = 'Sentinel-Offset';
const failuresHeader = 'Sentinel-Failures';
const dueHeader = 'Sentinel-Due';
const delayHeader = 'Sentinel-Delay';
const owner = '=retry';

export function createRetryArea(link: Link, layout: Layout, large: LargeBodies): RetryArea {
  return {
    async put({ topic, group }, { delivery, delayMs, failures }) {
      const { position, events, body } = delivery;
      const head = headers();
      // A header is one line of text; a topic may have any letters.
      head.set(partitionHeader, encodeURIComponent(position.partition));
      head.set(offsetHeader, String(position.offset));
      head.set(failuresHeader, String(failures));
      head.set(dueHeader, String(Date.now() + Math.max(0, delayMs)));
      head.set(delayHeader, String(Math.max(0, delayMs)));
      let data = body;
      if (body.length + entryBytes + overheadBytes > link.maxPayload()) {
        head.set(largeHeader, writeRef(await large.store(owner, body)));
        data = new Uint8Array(0);
      }
      const subject = `${layout.retrySubjectOf(topic, group)}.${events}`;
      await patiently(() => link.js.publish(subject, data, { headers: head }));
    },
    async read({ data, header, subject }) {
      const ref = readRef(header(largeHeader));
      const delay = header(delayHeader);
      return {
        delivery: {
          body: ref === undefined ? data : await large.load(owner, ref),
          events: layout.readRetrySubject(subject)?.events ?? 1,
          position: {
            partition: decodeURIComponent(header(partitionHeader) ?? ''),
            offset: Number(header(offsetHeader)),
          },
          attempt: Number(header(failuresHeader)) + 1,
        },
        dueAt: Number(header(dueHeader)),
        delayMs: delay === undefined ? undefined : Number(delay),
      };
    },
    async release({ header }) {
      const ref = readRef(header(largeHeader));
      if (ref !== undefined) await large.remove(owner, ref.id);
    },
  };
}
