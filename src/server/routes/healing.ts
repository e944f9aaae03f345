import type { FastifyInstance } from 'fastify';
import { healingRoutes as table } from '../../api/routes/healing.ts';
import { createLlmAudit } from '../../repair/healing/llm-audit.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';

/** How the healers stand, and what the model was asked and answered. */
export function healingRoutes(app: FastifyInstance, { engine, pipeline }: ServerContext): void {
  const audit = createLlmAudit(engine.state);
  mount(app, table, {
    'GET /api/v1/healing': () => pipeline.healing(),

    async 'GET /api/v1/healing/audit'({ query: { contract, signature, limit, cursor } }) {
      const page = await audit.list({ contract, signature }, { limit, cursor });
      return { items: page.items, next: page.next ?? null };
    },
  });
}
