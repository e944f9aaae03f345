import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StoredMsg } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { SentinelError } from '../../model/errors.ts';
import type { Link } from './connection.ts';
import { isNotFound } from './errors.ts';
import type { Layout } from './names.ts';
import { patiently } from './patience.ts';

/** Where a body lies that is too large for one message: as `parts` messages of the large stream. */
export interface LargeRef {
  id: string;
  parts: number;
}

/**
 * Bodies in parts. The parts are durable before anything refers to them, so that the reference makes the whole body
 * appear at once; what a crash left without a reference is swept when it is old.
 */
export interface LargeBodies {
  /** `owner`: one token. */
  store(owner: string, body: Uint8Array): Promise<LargeRef>;
  load(owner: string, ref: LargeRef): Promise<Buffer>;
  /** No error when it is not there. */
  remove(owner: string, id: string): Promise<void>;
  /** Removes the owner's bodies that are older than the longest publish and not `isAlive`. */
  sweep(owner: string, isAlive: (id: string) => boolean): Promise<void>;
}

export const largeHeader = 'Sentinel-Large';
export const writeRef = ({ id, parts }: LargeRef): string => `${id}.${parts}`;

export function readRef(text: string | undefined): LargeRef | undefined {
  if (text === undefined || text === '') return undefined;
  const [id = '', parts] = text.split('.');
  return { id, parts: Number(parts) };
}

/** Room for headers and subject in a message. */
export const overheadBytes = 4096;
const orphanAgeMs = 600_000;

export function createLargeBodies(link: Link, layout: Layout): LargeBodies {
  const { js, jsm } = link;
  const purge = (filter: string) =>
    patiently(async () => {
      await jsm.streams.purge(layout.largeStream, { filter });
    });

  const bodies: LargeBodies = {
    async store(owner, body) {
      const id = `${Date.now().toString(36).padStart(9, '0')}-${randomBytes(9).toString('hex')}`;
      const partBytes = link.maxPayload() - overheadBytes;
      const parts = Math.ceil(body.length / partBytes);
      try {
        for (let part = 0; part < parts; part++) {
          const subject = `${layout.largeSubject(owner, id)}.${part}`;
          const data = body.subarray(part * partBytes, (part + 1) * partBytes);
          await patiently(() => js.publish(subject, data, { headers: headers() }));
        }
      } catch (error) {
        // Best effort: the sweep takes what can't be removed now, and the caller must hear of the first error.
        await bodies.remove(owner, id).catch(() => undefined);
        throw error;
      }
      return { id, parts };
    },
    async load(owner, { id, parts }) {
      const read: Uint8Array[] = [];
      for (let part = 0; part < parts; part++) {
        const subject = `${layout.largeSubject(owner, id)}.${part}`;
        const message = await patiently(() => lastOf(link, layout.largeStream, subject));
        if (message === null)
          throw new SentinelError(
            'engine_unavailable',
            `part ${part + 1} of ${parts} of a large message is not in stream ${layout.largeStream}`,
          );
        read.push(message.data);
        await nextTurn();
      }
      return Buffer.concat(read);
    },
    remove: (owner, id) => purge(`${layout.largeSubject(owner, id)}.>`),
    async sweep(owner, isAlive) {
      const filter = layout.largeSubject(owner, '>');
      const info = await patiently(() => jsm.streams.info(layout.largeStream, { subjects_filter: filter }));
      const ids = new Set(
        Object.keys(info.state.subjects ?? {}).map((subject) => subject.split('.').at(-2)!),
      );
      for (const id of ids) {
        const age = Date.now() - Number.parseInt(id.slice(0, id.indexOf('-')), 36);
        if (age > orphanAgeMs && !isAlive(id)) await bodies.remove(owner, id);
      }
    },
  };
  return bodies;
}

/** The last message on a subject; null when there is none. */
export const lastOf = (link: Link, stream: string, subject: string): Promise<StoredMsg | null> =>
  messageOf(link, stream, { last_by_subj: subject });

/** The first message on a subject from this sequence on. The client's types lack what the server's API has had since 2.9. */
export const nextOf = (
  link: Link,
  stream: string,
  next_by_subj: string,
  seq: number,
): Promise<StoredMsg | null> => messageOf(link, stream, { seq, next_by_subj } as { seq: number });

/** From the stream's leader: a replica might not have it yet. */
async function messageOf(
  { jsm }: Link,
  stream: string,
  query: Parameters<Link['jsm']['streams']['getMessage']>[1],
): Promise<StoredMsg | null> {
  try {
    return await jsm.streams.getMessage(stream, query);
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

export const headerIn =
  ({ header }: StoredMsg) =>
  (name: string): string | undefined =>
    header.get(name) || undefined;
