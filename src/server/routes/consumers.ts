import type { FastifyInstance } from 'fastify';
import { listPauses, setPaused } from '../../engine/pauses.ts';
import type { ServerContext } from '../context.ts';
import { notFound, sendProblem } from '../replies.ts';

/** Who reads which topic, how far behind, and whether a person has paused it. */
export interface ConsumerInfo {
  topic: string;
  group: string;
  pending: number;
  waiting: number;
  /** ISO 8601 time. */
  paused_since?: string;
}

export function consumerRoutes(app: FastifyInstance, { engine, log }: ServerContext): void {
  async function list(): Promise<ConsumerInfo[]> {
    const [queues, pauses] = await Promise.all([engine.stats(), listPauses(engine.state)]);
    return queues.flatMap(({ topic, groups }) =>
      groups.map((reader) => {
        const pause = pauses.find((one) => one.topic === topic && one.group === reader.group);
        return { topic, ...reader, ...(pause === undefined ? undefined : { paused_since: pause.since }) };
      }),
    );
  }

  app.get('/api/v1/consumers', async () => ({ items: await list() }));

  for (const [action, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const)
    app.post<{ Params: { topic: string; group: string } }>(
      `/api/v1/consumers/:topic/:group/${action}`,
      async (request, reply) => {
        const { topic, group } = request.params;
        const isKnown = (await list()).some((one) => one.topic === topic && one.group === group);
        if (!isKnown)
          return sendProblem(
            reply,
            notFound(`No group "${group.slice(0, 64)}" reads a topic "${topic.slice(0, 64)}".`),
          );
        await setPaused(engine.state, { topic, group }, paused);
        log.info({ status: paused ? 'paused' : 'resumed', topic, group }, `consumer ${action}d by a person`);
        return (await list()).find((one) => one.topic === topic && one.group === group);
      },
    );
}
