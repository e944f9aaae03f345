import type { FastifyInstance } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplyOf } from '../../api/route.ts';
import { topics } from '../../model/event.ts';
import { flowActivityRoutes as table } from '../../api/routes/flow-activity.ts';
import { createRateMeter } from '../../observe/history/rate-meter.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';

type Activity = ReplyOf<(typeof table)['GET /api/v1/flow/activity']>;

/** Between the two looks of the first answer, and of one after a long time: a rate needs two. */
const firstLookMs = 500;

/** What flows now: by step, by topic, and by who reads it. */
export function flowActivityRoutes(app: FastifyInstance, { engine, pipeline, ingest }: ServerContext): void {
  const meter = createRateMeter();
  const rate = (name: string, count: number) => meter.perSecond(name, count) ?? null;

  async function look(): Promise<Activity> {
    const [done, queues] = await Promise.all([pipeline.activity(), engine.stats()]);
    const replayed = queues.find(({ topic }) => topic === topics.replay)?.published ?? 0;
    const steps = [
      {
        name: 'ingest',
        handled: ingest.counts.events,
        errors: refusedRequests(ingest.counts),
        last_errors: [],
      },
      { name: 'replay', handled: replayed, errors: 0, last_errors: [] },
      ...done,
    ];
    return {
      steps: steps.map((step) => ({ ...step, rate: rate(`step ${step.name}`, step.handled) })),
      queues: queues.flatMap(({ topic, published, groups }) =>
        groups.map(({ group, pending, waiting }) => ({
          topic,
          group,
          pending,
          waiting,
          rate: rate(`queue ${topic} ${group}`, published - pending),
        })),
      ),
      topics: queues.map(({ topic, published }) => ({
        topic,
        published,
        rate: rate(`topic ${topic}`, published),
      })),
    };
  }

  mount(app, table, {
    async 'GET /api/v1/flow/activity'() {
      const first = await look();
      if (first.steps.some((step) => step.rate !== null)) return first;
      await sleep(firstLookMs);
      return look();
    },
  });
}

function refusedRequests({ requests }: ServerContext['ingest']['counts']): number {
  let refused = 0;
  for (const [status, count] of requests) if (status >= 400) refused += count;
  return refused;
}
