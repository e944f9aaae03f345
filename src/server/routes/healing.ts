import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { createLlmAudit } from '../../repair/healing/llm-audit.ts';
import { parseWith } from '../parse.ts';
import type { ServerContext } from '../context.ts';
import { sendProblem } from '../replies.ts';

const auditSchema = z.strictObject({
  contract: z.string().optional(),
  signature: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(100).optional(),
});

/** How the healers stand, and what the model was asked and answered. */
export function healingRoutes(app: FastifyInstance, { engine, pipeline }: ServerContext): void {
  const audit = createLlmAudit(engine.state);

  app.get('/api/v1/healing', () => pipeline.healing());

  app.get('/api/v1/healing/audit', async (request, reply) => {
    const query = parseWith(auditSchema, request.query);
    if (!query.ok) return sendProblem(reply, query.error);
    const { contract, signature, limit, cursor } = query.value;
    const page = await audit.list({ contract, signature }, { limit, cursor });
    return { items: page.items, next: page.next ?? null };
  });
}
