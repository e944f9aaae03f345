import type { FastifyInstance } from 'fastify';
import { consumerRoutes as table } from '../../api/routes/consumers.ts';
import { listPauses, setPaused } from '../../engine/pauses.ts';
import type { ReplyOf } from '../../api/route.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { notFound, sendProblem } from '../replies.ts';

type Consumer = ReplyOf<(typeof table)['GET /api/v1/consumers']>['items'][number];
type Reader = Pick<Consumer, 'topic' | 'group'>;

/** Who reads which topic, how far behind, and whether a person has paused it. */
export function consumerRoutes(app: FastifyInstance, { engine, log }: ServerContext): void {
  async function list(): Promise<Consumer[]> {
    const [queues, pauses] = await Promise.all([engine.stats(), listPauses(engine.state)]);
    return queues.flatMap(({ topic, groups }) =>
      groups.map((reader) => {
        const pause = pauses.find((one) => one.topic === topic && one.group === reader.group);
        return { topic, ...reader, paused_since: pause?.since };
      }),
    );
  }

  const find = async ({ topic, group }: Reader): Promise<Consumer | undefined> =>
    (await list()).find((one) => one.topic === topic && one.group === group);

  /** As it is then; undefined, and nothing is done, where there is no such reader. */
  async function set(reader: Reader, paused: boolean): Promise<Consumer | undefined> {
    if ((await find(reader)) === undefined) return undefined;
    await setPaused(engine.state, reader, paused);
    const status = paused ? 'paused' : 'resumed';
    log.info({ status, topic: reader.topic, group: reader.group }, `consumer ${status} by a person`);
    return find(reader);
  }

  mount(app, table, {
    'GET /api/v1/consumers': async () => ({ items: await list() }),
    'POST /api/v1/consumers/{topic}/{group}/pause': async ({ params }, reply) =>
      (await set(params, true)) ?? sendProblem(reply, unknownReader(params)),
    'POST /api/v1/consumers/{topic}/{group}/resume': async ({ params }, reply) =>
      (await set(params, false)) ?? sendProblem(reply, unknownReader(params)),
  });
}

const unknownReader = ({ topic, group }: Reader) =>
  notFound(`No group "${group.slice(0, 64)}" reads a topic "${topic.slice(0, 64)}".`);
