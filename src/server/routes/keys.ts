import type { FastifyInstance } from 'fastify';
import { keyRoutes as table } from '../../api/routes/keys.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { conflict, notFound, sendProblem } from '../replies.ts';

const hourMs = 3_600_000;

/** Keys are made, listed and revoked. */
export function keyRoutes(app: FastifyInstance, { keys, log }: ServerContext): void {
  mount(app, table, {
    'GET /api/v1/keys': () => ({ items: keys.list() }),

    async 'POST /api/v1/keys'({ body: { role, name, source, expires_in }, request }, reply) {
      const expires_at = expires_in === undefined ? undefined : endOf(expires_in);
      const made = await keys.create({ role, name, source, expires_at, created_by: request.actor.name });
      if (!made.ok) return sendProblem(reply, conflict(made.error));
      const { key, text } = made.value;
      log.info({ status: 'created', key_id: key.id, role }, 'a key was made');
      void reply.header('cache-control', 'no-store');
      return { ...key, key: text };
    },

    async 'DELETE /api/v1/keys/{id}'({ params: { id } }, reply) {
      if (!(await keys.revoke(id)))
        return sendProblem(reply, notFound(`There is no key "${id.slice(0, 64)}".`));
      log.info({ status: 'revoked', key_id: id }, 'a key was revoked');
      return undefined;
    },
  });
}

/** `12h` or `90d` from now. */
function endOf(span: string): string {
  const hours = Number.parseInt(span, 10) * (span.endsWith('d') ? 24 : 1);
  return new Date(Date.now() + hours * hourMs).toISOString();
}
