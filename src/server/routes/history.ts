import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { ServerContext } from '../context.ts';
import { defined } from '../../support/defined.ts';
import { parseWith } from '../parse.ts';
import { sendProblem } from '../replies.ts';

const historySchema = z.strictObject({
  source: z.string().max(200).optional(),
  contract: z.string().max(200).optional(),
  minutes: z.coerce.number().int().min(1).max(1440).default(60),
});
const noParameters = z.strictObject({});

/** How the flow went in the last 24 hours, in all and by source. */
export function historyRoutes(app: FastifyInstance, { pipeline }: ServerContext): void {
  app.get('/api/v1/history', async (request, reply) => {
    const query = parseWith(historySchema, request.query);
    if (!query.ok) return sendProblem(reply, query.error);
    const { minutes, ...filter } = query.value;
    return pipeline.history(defined(filter), minutes);
  });

  app.get('/api/v1/sources', async (request, reply) => {
    const query = parseWith(noParameters, request.query);
    if (!query.ok) return sendProblem(reply, query.error);
    return { items: await pipeline.sources() };
  });
}
