import type { FastifyInstance } from 'fastify';
import { queryRoutes as table } from '../../api/routes/query.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';

export function queryRoutes(app: FastifyInstance, { pipeline }: ServerContext): void {
  mount(app, table, {
    'POST /api/v1/query': ({ body }) => pipeline.query(body.sql, body.max_rows),
  });
}
