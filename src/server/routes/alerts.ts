import type { FastifyInstance } from 'fastify';
import { alertRoutes as table } from '../../api/routes/alerts.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';

export function alertRoutes(
  app: FastifyInstance,
  { alerts, config }: Pick<ServerContext, 'alerts' | 'config'>,
): void {
  mount(app, table, {
    'GET /api/v1/alerts': async () => ({
      items: (await alerts.open()).map(({ id, kind, title, detail, since, page }) => ({
        id,
        kind,
        title,
        detail,
        since,
        page,
      })),
      receivers: config.alerts.map(({ to, name, on }) => ({ to, name, on: [...on] })),
    }),
    'POST /api/v1/alerts/test': async () => ({ items: await alerts.test() }),
  });
}
