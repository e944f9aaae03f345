import type { Engine } from '../engine/engine.ts';
import { SentinelError } from '../model/errors.ts';
import { sourceName, topics } from '../model/event.ts';
import { encodeRecord } from '../ingest/record.ts';
import { readLines } from '../sources/formats/content-type.ts';
import { createRequestIds } from '../ingest/request-id.ts';

/** Sends the JSON text that a step enqueues; resolves when it is durable. `source`: who sent it, for an event. */
export type Outlet = (topic: string, text: string, source?: string) => Promise<void>;

/** Topics whose messages only the project's own stages write. */
const reserved: ReadonlySet<string> = new Set([
  topics.replay,
  topics.late,
  topics.slow,
  topics.fixed,
  topics.failed,
  topics.unrecoverable,
  topics.parked,
]);

export interface OutletLimits {
  maxBytes: number;
  /** Of an event. */
  maxDepth: number;
}

const usualLimits: OutletLimits = { maxBytes: 10 * 2 ** 20, maxDepth: 64 };

/** How long it is remembered that nobody reads a topic. */
const recheckMs = 1000;

/**
 * What steps enqueue goes to the engine, but for two cases: on `raw_event` it enters the flow as a new event would, and
 * on a topic that nobody reads it is let go, since it would be kept for ever. `consumed`: topics that steps read.
 */
export function createOutlet(
  engine: Engine,
  consumed: ReadonlySet<string>,
  { maxBytes, maxDepth }: OutletLimits = usualLimits,
): Outlet {
  const nextId = createRequestIds();
  const unread = new Map<string, number>();

  async function isRead(topic: string): Promise<boolean> {
    if (consumed.has(topic)) return true;
    if (Date.now() - (unread.get(topic) ?? -Infinity) < recheckMs) return false;
    const groups = (await engine.stats()).find((stats) => stats.topic === topic)?.groups ?? [];
    if (groups.length === 0) unread.set(topic, Date.now());
    return groups.length > 0;
  }

  return async (topic, text, source) => {
    if (reserved.has(topic))
      throw new SentinelError('step_invalid', `steps can't enqueue ${topic}; send events to ${topics.raw}`);
    if (text.length > maxBytes)
      throw new SentinelError(
        'step_invalid',
        `a step enqueues ${text.length} characters on ${topic}; http.max_body_bytes allows ${maxBytes}`,
      );
    if (topic === topics.raw) {
      if (!text.startsWith('{'))
        throw new SentinelError(
          'step_invalid',
          `what a step enqueues on ${topics.raw} must be one event, a JSON object`,
        );
      if (source !== undefined && !sourceName.test(source))
        throw new SentinelError('step_invalid', `a step enqueues an event of a source that is no name`);
      const lines = readLines(Buffer.from(text), 'json', { maxEvents: 1, maxDepth });
      if (!lines.ok)
        throw new SentinelError(
          'step_invalid',
          `what a step enqueues on ${topics.raw} is refused as a request would be: ${lines.error.detail}`,
        );
      const { exact, bytes } = lines.value;
      const record = encodeRecord(
        { id: nextId(1), at: Date.now(), n: 1, source, ...(exact && { exact }) },
        bytes,
      );
      await engine.publish(topic, [{ body: record }]);
    } else if (await isRead(topic)) await engine.publish(topic, [{ body: Buffer.from(text) }]);
  };
}
