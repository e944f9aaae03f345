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

/** Events in a block; lets the queue be counted without reading bodies. */
export const eventsHeader = 'Sentinel-Events';

interface PublisherDeps {
  link: Link;
  layout: Layout;
  streams: Streams;
  large: LargeBodies;
}

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
 * Publishes for one engine. A block whose acknowledgement was lost is sent again, so the stream may hold it twice, and
 * its events count twice as published. A message id would prevent that, but with one a server acknowledges messages that
 * were lost with a leader (docs/adr/0005-nats.md).
 */
export class Publisher {
  readonly #deps: PublisherDeps;
  readonly #maxBytes: number | undefined;
  readonly #topics = new Map<string, Outgoing>();

  /** `bytes`: how much may wait in a topic. */
  constructor(deps: PublisherDeps, limits: { bytes?: number }) {
    this.#deps = deps;
    this.#maxBytes = limits.bytes;
  }

  /** Resolves when the messages are durable. Throws `engine_full` and `engine_unavailable`. */
  async publish(topic: string, messages: readonly Message[]): Promise<void> {
    if (this.#isAway())
      throw new SentinelError('engine_unavailable', 'NATS does not answer: no server of it is reached');
    const stream = await this.#deps.streams.topic(topic);
    if (messages.length === 0) return;
    const out = this.#outgoingOf(topic);
    await this.#checkRoom(topic, out, stream);
    const entries: Entry[] = [];
    for (const message of messages) entries.push(await this.#toEntry(topic, message));
    const bytes = entries.reduce((sum, { body }) => sum + body.length + entryBytes, 0);
    await out.gathering.add({ entries, bytes });
  }

  /** Resolves when nothing is on its way any more. */
  async idle(): Promise<void> {
    await Promise.all([...this.#topics.values()].map(({ gathering }) => gathering.idle()));
  }

  /** A publisher hears soon that NATS takes nothing, so that requests do not pile up here. */
  #isAway(): boolean {
    return this.#deps.link.awayMs() > awayAfterMs;
  }

  #outgoingOf(topic: string): Outgoing {
    let out = this.#topics.get(topic);
    if (out === undefined) {
      const gathering = new Gathering<Request>((requests) => this.#send(topic, requests), {
        flights: maxFlights,
        bytes: blockBytes,
      });
      out = { gathering, kept: 0, askedAt: -Infinity, asking: undefined };
      this.#topics.set(topic, out);
    }
    return out;
  }

  /** The size of the stream is known a moment late, so messages published meanwhile can exceed the limit. */
  async #checkRoom(topic: string, out: Outgoing, stream: string): Promise<void> {
    if (this.#maxBytes === undefined) return;
    const first = out.askedAt === -Infinity;
    if (performance.now() - out.askedAt >= askEveryMs)
      out.asking ??= this.#ask(out, stream).finally(() => (out.asking = undefined));
    if (first || out.kept >= this.#maxBytes) await out.asking;
    if (out.kept >= this.#maxBytes) throw topicFull(topic);
  }

  async #ask(out: Outgoing, stream: string): Promise<void> {
    out.askedAt = performance.now();
    try {
      const { state } = await this.#deps.link.jsm.streams.info(stream);
      out.kept = state.bytes;
    } catch {
      // The publish that follows reports the failure; until then the last known size is good enough.
    }
  }

  async #toEntry(topic: string, message: Message): Promise<Entry> {
    const { link, large } = this.#deps;
    const events = eventsOf(message);
    if (message.body.length + entryBytes + overheadBytes <= link.maxPayload())
      return { body: message.body, events };
    const ref = await large.store(encodeToken(topic), message.body);
    return { body: new Uint8Array(0), events, large: writeRef(ref) };
  }

  async #send(topic: string, requests: readonly Request[]): Promise<void> {
    const blocks = toBlocks(
      requests.flatMap(({ entries }) => entries),
      Math.min(blockBytes, this.#deps.link.maxPayload() - overheadBytes),
    );
    await Promise.all(blocks.map((block) => this.#sendBlock(topic, block)));
  }

  async #sendBlock(topic: string, entries: readonly Entry[]): Promise<void> {
    const { link, layout, streams } = this.#deps;
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
    await patiently(publish, patienceMs, () => this.#isAway());
  }
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
