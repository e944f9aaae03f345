import type { FastifyInstance } from 'fastify';
import { healthRoutes as table } from '../../api/routes/service.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { unlessBusy } from '../metrics.ts';
import { furtherDestinations } from '../stats.ts';

/** `/health`: the process lives. `/ready`: it takes events and loads them. `/metrics`: Prometheus. */
export function healthRoutes(app: FastifyInstance, context: ServerContext): void {
  const { config, ready, pipeline, metrics } = context;

  mount(app, table, {
    'GET /health': () => ({ status: 'ok' as const }),

    async 'GET /ready'({ request }, reply) {
      const notReady = (reason: string, cause: Cause = {}) =>
        reply
          .code(503)
          .header('retry-after', '1')
          .send({ status: 'not_ready', reason, ...cause });
      if (!ready()) return notReady('starting or stopping');
      const trouble = context.engine.trouble();
      if (trouble !== undefined) return notReady(trouble);
      // A gateway takes events whatever the workers do.
      const status = config.role === 'gateway' ? {} : await unlessBusy(pipeline.status());
      if (status === undefined) return notReady('the pipeline is busy; events wait in the queue');
      if (status.trouble !== undefined) {
        const { error, code, since } = status.trouble;
        // Anyone may ask: the error, which may name hosts, is for those who may read `GET /api/v1/stats`.
        const mayRead = context.authorize(request.raw, { role: 'read' }).ok;
        return notReady('the destination does not take rows; events wait in the queue', {
          code,
          since,
          ...(mayRead && { error }),
        });
      }
      // A further destination that is down holds up nobody but itself.
      const further = await furtherDestinations(context);
      const states = Object.fromEntries(further.map(({ name, state }) => [name, state]));
      return { status: 'ready' as const, ...(further.length === 0 ? undefined : { destinations: states }) };
    },

    async 'GET /metrics'(_, reply) {
      return reply.type(metrics.type).send(await metrics.text());
    },
  });
}

/** Why it does not load: a code, since when (ISO 8601), and the error itself. */
interface Cause {
  code?: string;
  since?: string;
  error?: string;
}
