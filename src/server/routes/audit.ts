import type { FastifyInstance } from 'fastify';
import { auditRoutes as table } from '../../api/routes/audit.ts';
import { mount } from '../mount.ts';

/** Who did what. */
export function auditRoutes(app: FastifyInstance): void {
  mount(app, table, {
    'GET /api/v1/audit': ({ query: { limit, cursor, ...filter } }) =>
      app.audit.list(filter, { limit, cursor }),
  });
}
