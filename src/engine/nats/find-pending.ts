import type { PendingMessage } from '../engine.ts';
import type { Link } from './connection.ts';
import { SentinelError } from '../../model/errors.ts';
import { isNotFound, isStreamGone } from './errors.ts';
import { follow } from './follow.ts';
import { readDeliveries } from './intake.ts';
import { type LargeBodies, headerIn, largeHeader, nextOf, readRef } from './large.ts';
import { encodeToken, type Layout } from './names.ts';
import { patiently } from './patience.ts';
import type { RetryArea } from './retry-area.ts';
import type { Streams } from './streams.ts';

type Match<T> = (message: PendingMessage) => T | undefined;

interface Deps {
  link: Link;
  layout: Layout;
  large: LargeBodies;
  retries: RetryArea;
  streams: Pick<Streams, 'has'>;
}

/** The port's `findPending`. What is deferred while the stream is searched shows up in the second look at the retries. */
export async function findPending<T>(
  deps: Deps,
  topic: string,
  group: string,
  match: Match<T>,
): Promise<T | undefined> {
  return (
    (await findWaiting(deps, topic, group, match)) ??
    (await findNew(deps, topic, group, match)) ??
    (await findWaiting(deps, topic, group, match))
  );
}

async function findNew<T>(
  { link, layout, large, streams }: Deps,
  topic: string,
  group: string,
  match: Match<T>,
): Promise<T | undefined> {
  const stream = layout.streamOf(topic);
  const start = await patiently(() => firstUnsettled(link, stream, layout.consumerOf(group)));
  if (start === undefined && streams.has(topic))
    throw new SentinelError('engine_unavailable', `NATS has lost the stream of ${topic}; it is made again`);
  if (start === undefined) return undefined;
  let found: T | undefined;
  const bodies: Promise<void>[] = [];
  const follower = await follow(link, stream, { startSeq: start }, (message) => {
    if (found !== undefined) return;
    const { data, seq } = message;
    const look = (body?: Uint8Array): void => {
      for (const delivery of readDeliveries({ data, seq }, topic, body)) found ??= match(delivery);
    };
    const ref = readRef(message.header(largeHeader));
    if (ref === undefined) look();
    else bodies.push(large.load(encodeToken(topic), ref).then(look));
  });
  try {
    await follower.caughtUp;
    await Promise.all(bodies);
  } finally {
    follower.stop();
  }
  return found;
}

/** A group that has never read has all before it. Undefined when there is no such stream. */
async function firstUnsettled({ jsm }: Link, stream: string, consumer: string): Promise<number | undefined> {
  try {
    const { ack_floor: floor } = await jsm.consumers.info(stream, consumer);
    return floor.stream_seq + 1;
  } catch (error) {
    if (isStreamGone(error)) return undefined;
    if (isNotFound(error)) return 1;
    throw error;
  }
}

/** One by one: a stream from which each message goes to one reader lets no second reader follow it. */
async function findWaiting<T>(
  { link, layout, retries }: { link: Link; layout: Layout; retries: RetryArea },
  topic: string,
  group: string,
  match: Match<T>,
): Promise<T | undefined> {
  const subject = `${layout.retrySubjectOf(topic, group)}.*`;
  for (let seq = 1; ;) {
    const message = await patiently(() => nextOf(link, layout.retryStream, subject, seq));
    if (message === null) return undefined;
    const { data } = message;
    const { delivery } = await retries.read({ data, subject: message.subject, header: headerIn(message) });
    const found = match(delivery);
    if (found !== undefined) return found;
    seq = message.seq + 1;
  }
}
