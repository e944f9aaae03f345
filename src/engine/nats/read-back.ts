import { createHash } from 'node:crypto';
import type { StoredMsg } from '@nats-io/jetstream';
import type { ExportedMessage } from '../embedded/export.ts';
import { decodeBlock } from './block.ts';
import type { Link } from './connection.ts';
import { type LargeBodies, headerIn, largeHeader, nextOf, readRef } from './large.ts';
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
  const next = (seq: number) => patiently(() => nextOf(deps.link, stream, subject, seq));
  for (let message = await next(1); message !== null; message = await next(message.seq + 1)) {
    const held =
      group === undefined ? await readPublished(deps, topic, message) : await readDeferred(deps, message);
    const name = fingerprint(held);
    found.set(name, (found.get(name) ?? 0) + 1);
  }
  return found;
}

async function readDeferred({ retries }: ReadBackDeps, message: StoredMsg): Promise<Held> {
  const { data, subject } = message;
  return (await retries.read({ data, subject, header: headerIn(message) })).delivery;
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
