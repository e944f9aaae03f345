import { createHash } from 'node:crypto';
import type { StoredMsg } from '@nats-io/jetstream';
import type { ExportedMessage } from '../embedded/export.ts';
import { decodeBlock } from './block.ts';
import type { Link } from './connection.ts';
import { isNotFound } from './errors.ts';
import { type LargeBodies, largeHeader, readRef } from './large.ts';
import { encodeToken, type Layout } from './names.ts';
import { patiently } from './patience.ts';
import type { RetryArea } from './retry-area.ts';

type Held = Pick<ExportedMessage['delivery'], 'position' | 'body'>;

/** Where an imported message stood before, when it lies in the stream of its topic. */
export const originHeader = 'Sentinel-Origin';

export const writeOrigin = ({ partition, offset }: Held['position']): string =>
  encodeURIComponent(`${partition}/${offset}`);

function readOrigin(header: string): Held['position'] {
  const origin = decodeURIComponent(header);
  const slash = origin.lastIndexOf('/');
  return { partition: origin.slice(0, slash), offset: Number(origin.slice(slash + 1)) };
}

/** Identifies a message by its old position and its content. */
export function fingerprint({ position, body }: Held): string {
  const { partition, offset } = position;
  return `${partition}/${offset}/${createHash('sha256').update(body).digest('hex').slice(0, 32)}`;
}

interface ReadBackDeps {
  link: Link;
  layout: Layout;
  large: LargeBodies;
  retries: RetryArea;
}

/** Fingerprints of the messages that NATS holds for a group, with how often each occurs. */
export async function readFingerprints(
  deps: ReadBackDeps,
  topic: string,
  group: string | undefined,
): Promise<Map<string, number>> {
  const { layout } = deps;
  const [stream, subject] =
    group === undefined
      ? [layout.streamOf(topic), layout.subjectOf(topic)]
      : [layout.retryStream, `${layout.retrySubjectOf(topic, group)}.*`];
  const found = new Map<string, number>();
  for (let message = await next(deps.link, stream, subject, 1); message !== null;) {
    const held =
      group === undefined ? await readPublished(deps, topic, message) : await readDeferred(deps, message);
    const name = fingerprint(held);
    found.set(name, (found.get(name) ?? 0) + 1);
    message = await next(deps.link, stream, subject, message.seq + 1);
  }
  return found;
}

async function next(
  { jsm }: Link,
  stream: string,
  next_by_subj: string,
  seq: number,
): Promise<StoredMsg | null> {
  try {
    // The client's types lack what the server's API has had since 2.9.
    return await patiently(() => jsm.streams.getMessage(stream, { seq, next_by_subj } as { seq: number }));
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

async function readDeferred({ retries }: ReadBackDeps, { data, subject, header }: StoredMsg): Promise<Held> {
  const read = await retries.read({ data, subject, header: (name) => header.get(name) || undefined });
  return read.delivery;
}

async function readPublished(
  { large }: ReadBackDeps,
  topic: string,
  { data, header }: StoredMsg,
): Promise<Held> {
  const ref = readRef(header.get(largeHeader));
  const body = ref === undefined ? decodeBlock(data)[0]!.body : await large.load(encodeToken(topic), ref);
  return { body, position: readOrigin(header.get(originHeader)) };
}
