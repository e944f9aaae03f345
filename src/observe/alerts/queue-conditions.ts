import type { Engine } from '../../engine/engine.ts';
import { groups } from '../../flow/groups.ts';
import { copyTopic } from '../../load/replicas/message.ts';
import { parkedTopic } from '../../model/event.ts';
import type { Pipeline } from '../../runtime/pipeline-api.ts';
import type { AlertLimits, Condition } from './alert.ts';

interface Watched {
  engine: Pick<Engine, 'stats'>;
  pipeline: Pick<Pipeline, 'status' | 'destinations'>;
  limits: Pick<AlertLimits, 'queueStuckMinutes'>;
  now: () => number;
}

const minuteMs = 60_000;
/** Their work ends in the main destination. */
const loading: ReadonlySet<string> = new Set([groups.pipeline, groups.loader, groups.deadLetters]);

/**
 * Readers that have something to do and have settled nothing for too long. Those that wait for a destination which is down are its
 * incident, not one of their own; their time begins when it is back.
 */
export function ofQueues({ engine, pipeline, limits, now }: Watched): () => Promise<Condition[]> {
  const moved = new Map<string, { settled: number; at: number }>();
  return async () => {
    const [queues, waits] = await Promise.all([engine.stats(), waitingForDestinations(pipeline)]);
    return queues.flatMap(({ topic, published, groups: readers }) =>
      readers.flatMap(({ group, pending }) => {
        const key = `${topic}/${group}`;
        const before = moved.get(key);
        const settled = published - pending;
        if (before?.settled !== settled || pending === 0 || waits(topic, group)) {
          moved.set(key, { settled, at: now() });
          return [];
        }
        const isLong = now() - before.at >= limits.queueStuckMinutes * minuteMs;
        return isLong ? [stuck({ topic, group, pending }, limits)] : [];
      }),
    );
  };
}

async function waitingForDestinations(
  pipeline: Watched['pipeline'],
): Promise<(topic: string, group: string) => boolean> {
  const [{ trouble, tables = [] }, further] = await Promise.all([
    pipeline.status(),
    pipeline.destinations().catch(() => []),
  ]);
  const topics = new Set([
    ...further.filter(({ state }) => state === 'waiting').map(({ name }) => copyTopic(name)),
    ...tables.map(({ table }) => parkedTopic(table)),
  ]);
  return (topic, group) => topics.has(topic) || (trouble !== undefined && loading.has(group));
}

const stuck = (
  { topic, group, pending }: { topic: string; group: string; pending: number },
  { queueStuckMinutes }: Watched['limits'],
): Condition => ({
  key: `queue_stuck/${topic}/${group}`,
  kind: 'queue_stuck',
  title: `${group} settles nothing of ${topic}`,
  detail: `${pending === 1 ? '1 event waits' : `${pending} events wait`}, and none was settled for ${queueStuckMinutes} minutes.`,
  page: '/state',
});
