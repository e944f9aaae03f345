import type { FastifyInstance } from 'fastify';
import { historyRoutes as table } from '../../api/routes/history.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';

/** How the flow went in the last 24 hours, in all and by source. */
export function historyRoutes(app: FastifyInstance, { pipeline }: ServerContext): void {
  mount(app, table, {
    'GET /api/v1/history': ({ query: { minutes, ...filter } }) => pipeline.history(filter, minutes),
  });
}
