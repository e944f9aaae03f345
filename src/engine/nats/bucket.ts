import type { StoredMsg } from '@nats-io/jetstream';
import { type MsgHdrs, headers } from '@nats-io/transport-node';
import type { Json } from '../../model/json.ts';
import type { Link } from './connection.ts';
import { isWrongSequence } from './errors.ts';
import {
  type LargeBodies,
  headerIn,
  largeHeader,
  lastOf,
  overheadBytes,
  readRef,
  writeRef,
} from './large.ts';
import { encodeKey } from './names.ts';
import { patiently } from './patience.ts';
import { streamOfBucket, subjectOfBucket } from './streams.ts';

/** A value as it lies in a bucket. */
export interface Entry {
  /** Revision: the sequence in the bucket's stream. */
  seq: number;
  /** Undefined when it was deleted or has expired. */
  value: Json | undefined;
}

/** What a message's headers say of its key. */
export interface EntryHead {
  isDelete: boolean;
  /** Milliseconds since 1970; undefined when it does not expire. */
  expiresAt: number | undefined;
  largeId: string | undefined;
}

const operationHeader = 'KV-Operation';
const expiresHeader = 'Sentinel-Expires';
/** Of large values, in the large stream. */
export const stateOwner = '=state';

export interface Bucket {
  readonly stream: string;
  subjectOf(key: string): string;
  /** Undefined when the key was never written. */
  read(key: string): Promise<Entry | undefined>;
  /** Writes (or with an undefined value, deletes); returns the revision. With `ifSeq` only if that is the last one, else undefined. */
  write(
    key: string,
    value: Json | undefined,
    options?: { ttlMs?: number | undefined; ifSeq?: number },
  ): Promise<number | undefined>;
}

export function readHead(header: (name: string) => string | undefined): EntryHead {
  const expires = header(expiresHeader);
  return {
    isDelete: header(operationHeader) !== undefined,
    expiresAt: expires === undefined ? undefined : Number(expires),
    largeId: readRef(header(largeHeader))?.id,
  };
}

export const isExpired = ({ expiresAt }: EntryHead): boolean =>
  expiresAt !== undefined && expiresAt <= Date.now();

/**
 * Keys and values in a stream that keeps the last message of each subject, laid out like the buckets of NATS' own
 * key-value store. Servers before 2.11 can't let a single value expire, so each carries its time.
 */
export function createBucket(link: Link, name: string, large: LargeBodies): Bucket {
  const stream = streamOfBucket(name);
  const subjectOf = (key: string): string => subjectOfBucket(name) + encodeKey(key);

  return {
    stream,
    subjectOf,
    async read(key) {
      const message = await patiently(() => lastOf(link, stream, subjectOf(key)));
      if (message === null) return undefined;
      const header = headerIn(message);
      const head = readHead(header);
      const { seq } = message;
      if (head.isDelete || isExpired(head)) return { seq, value: undefined };
      const ref = readRef(header(largeHeader));
      const body = ref === undefined ? message.data : await large.load(stateOwner, ref);
      return { seq, value: JSON.parse(Buffer.from(body).toString()) as Json };
    },
    async write(key, value, { ttlMs, ifSeq } = {}) {
      const head = headers();
      let data: Uint8Array = new Uint8Array(0);
      if (value === undefined) head.set(operationHeader, 'DEL');
      else {
        data = Buffer.from(JSON.stringify(value));
        if (ttlMs !== undefined) head.set(expiresHeader, String(Date.now() + ttlMs));
        if (data.length + overheadBytes > link.maxPayload()) {
          head.set(largeHeader, writeRef(await large.store(stateOwner, data)));
          data = new Uint8Array(0);
        }
      }
      const options = {
        headers: head,
        ...(ifSeq === undefined ? {} : { expect: { lastSubjectSequence: ifSeq } }),
      };
      let tries = 0;
      try {
        const { seq } = await patiently(() => {
          tries++;
          return link.js.publish(subjectOf(key), data, options);
        });
        return seq;
      } catch (error) {
        if (ifSeq === undefined || !isWrongSequence(error)) throw error;
        // The answer to an earlier try may have been lost: then the value there is the one we wrote.
        const last = tries > 1 ? await patiently(() => lastOf(link, stream, subjectOf(key))) : null;
        return last !== null && isSame(last, data, head) ? last.seq : undefined;
      }
    },
  };
}

function isSame(stored: StoredMsg, data: Uint8Array, head: MsgHdrs): boolean {
  return (
    Buffer.compare(stored.data, data) === 0 &&
    [operationHeader, expiresHeader, largeHeader].every((name) => stored.header.get(name) === head.get(name))
  );
}
