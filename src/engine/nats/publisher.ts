import { headers } from '@nats-io/transport-node';
import { SentinelError } from '../../model/errors.ts';
import type { Message } from '../engine.ts';
import { Gathering, topicFull } from '../gathering.ts';
import { encodeBlock, entryBytes, eventsOf, maxMessagesPerBlock, type BlockEntry } from './block.ts';
import type { Link } from './connection.ts';
import { type LargeBodies, largeHeader, overheadBytes, writeRef } from './large.ts';
import { encodeToken, type Layout } from './names.ts';
import { patienceMs, patiently } from './patience.ts';
import type { Streams } from './streams.ts';

export interface Publisher {
  publish(topic: string, messages: readonly Message[]): Promise<void>;
  /** Resolves when nothing is on its way any more. */
  idle(): Promise<void>;
}

/** Events in a block; lets the queue be counted without reading bodies. */
export const eventsHeader = 'Sentinel-Events';

interface Entry extends BlockEntry {
  /** Set when the body lies elsewhere. */
  large?: string;
}

interface Request {
  entries: readonly Entry[];
  bytes: number;
}

interface Outgoing {
  gathering: Gathering<Request>;
  /** Bytes that the stream holds, as last asked. */
  kept: number;
  askedAt: number;
  asking: Promise<void> | undefined;
}

/** Blocks of one topic on their way at the same time: hides the round trip, and still lets busy blocks grow. */
const maxFlights = 4;
/** A block need not be larger to be cheap; half a message leaves room in a pull of several. */
const blockBytes = 256 * 1024;
const askEveryMs = 500;
/** Longer than it takes to go on with another server of the cluster. */
const awayAfterMs = 3000;

/**
 * Publishes for one engine. A block whose acknowledgement got lost is sent again, and may be there twice; it is
 * counted twice in what was published. A message id would prevent that, but lets servers acknowledge what they have lost
 * with a leader (docs/adr/0005-nats.md).
 */
export function createPublisher(
  { link, layout, streams, large }: { link: Link; layout: Layout; streams: Streams; large: LargeBodies },
  limits: { bytes?: number },
): Publisher {
  const topics = new Map<string, Outgoing>();

  /** Who sends events hears soon that they are not taken, so that requests do not pile up here. */
  const isAway = (): boolean => link.awayMs() > awayAfterMs;

  function outgoingOf(topic: string): Outgoing {
    let out = topics.get(topic);
    if (out === undefined) {
      const gathering = new Gathering<Request>((requests) => send(topic, requests), {
        flights: maxFlights,
        bytes: blockBytes,
      });
      out = { gathering, kept: 0, askedAt: -Infinity, asking: undefined };
      topics.set(topic, out);
    }
    return out;
  }

  /** What is in the stream is known a moment late, so the limit can be passed by what is published meanwhile. */
  async function checkRoom(topic: string, out: Outgoing, stream: string): Promise<void> {
    if (limits.bytes === undefined) return;
    const first = out.askedAt === -Infinity;
    if (performance.now() - out.askedAt >= askEveryMs)
      out.asking ??= ask(out, stream).finally(() => (out.asking = undefined));
    if (first || out.kept >= limits.bytes) await out.asking;
    if (out.kept >= limits.bytes) throw topicFull(topic);
  }

  async function ask(out: Outgoing, stream: string): Promise<void> {
    out.askedAt = performance.now();
    try {
      const { state } = await link.jsm.streams.info(stream);
      out.kept = state.bytes;
    } catch {
      // Whoever publishes learns from that what is wrong; the size that is known stays good enough until then.
    }
  }

  async function toEntry(topic: string, message: Message): Promise<Entry> {
    const events = eventsOf(message);
    if (message.body.length + entryBytes + overheadBytes <= link.maxPayload())
      return { body: message.body, events };
    const ref = await large.store(encodeToken(topic), message.body);
    return { body: new Uint8Array(0), events, large: writeRef(ref) };
  }

  async function send(topic: string, requests: readonly Request[]): Promise<void> {
    const blocks = toBlocks(
      requests.flatMap(({ entries }) => entries),
      Math.min(blockBytes, link.maxPayload() - overheadBytes),
    );
    await Promise.all(blocks.map((block) => sendBlock(topic, block)));
  }

  async function sendBlock(topic: string, entries: readonly Entry[]): Promise<void> {
    const head = headers();
    head.set(eventsHeader, String(entries.reduce((sum, { events }) => sum + events, 0)));
    if (entries[0]?.large !== undefined) head.set(largeHeader, entries[0].large);
    const data = encodeBlock(entries);
    const publish = async (): Promise<void> => {
      try {
        await link.js.publish(layout.subjectOf(topic), data, { headers: head });
      } catch (error) {
        await streams.renew(topic);
        throw error;
      }
    };
    await patiently(publish, patienceMs, isAway);
  }

  return {
    async publish(topic, messages) {
      if (isAway())
        throw new SentinelError('engine_unavailable', 'NATS does not answer: no server of it is reached');
      const stream = await streams.topic(topic);
      if (messages.length === 0) return;
      const out = outgoingOf(topic);
      await checkRoom(topic, out, stream);
      const entries: Entry[] = [];
      for (const message of messages) entries.push(await toEntry(topic, message));
      const bytes = entries.reduce((sum, { body }) => sum + body.length + entryBytes, 0);
      await out.gathering.add({ entries, bytes });
    },
    async idle() {
      await Promise.all([...topics.values()].map(({ gathering }) => gathering.idle()));
    },
  };
}

/** In order. A body that lies elsewhere has a block of its own. */
function toBlocks(entries: readonly Entry[], maxBytes: number): Entry[][] {
  const blocks: Entry[][] = [];
  let block: Entry[] = [];
  let bytes = 0;
  const finish = (): void => {
    if (block.length > 0) blocks.push(block);
    block = [];
    bytes = 0;
  };
  for (const entry of entries) {
    const size = entry.body.length + entryBytes;
    const isFull = block.length === maxMessagesPerBlock || bytes + size > maxBytes;
    if (isFull || entry.large !== undefined) finish();
    block.push(entry);
    bytes += size;
    if (entry.large !== undefined) finish();
  }
  finish();
  return blocks;
}
