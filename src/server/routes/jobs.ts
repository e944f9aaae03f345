import type { FastifyInstance } from 'fastify';
import { jobRoutes as table } from '../../api/routes/jobs.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { notFound, sendProblem } from '../replies.ts';

export function jobRoutes(app: FastifyInstance, { jobs }: Pick<ServerContext, 'jobs'>): void {
  mount(app, table, {
    async 'GET /api/v1/jobs'({ query: { state, limit } }) {
      const all = await jobs.list();
      return { items: all.filter((job) => state === undefined || job.state === state).slice(0, limit) };
    },
    'GET /api/v1/jobs/{id}': async ({ params: { id } }, reply) =>
      (await jobs.get(id)) ?? sendProblem(reply, unknownJob(id)),
    'POST /api/v1/jobs/{id}/cancel': async ({ params: { id } }, reply) =>
      (await jobs.cancel(id)) ?? sendProblem(reply, unknownJob(id)),
  });
}

const unknownJob = (id: string) => notFound(`There is no job "${id.slice(0, 100)}".`);
