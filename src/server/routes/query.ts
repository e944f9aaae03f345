import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { parseWith } from '../parse.ts';
import type { ServerContext } from '../context.ts';
import { sendProblem } from '../replies.ts';

const querySchema = z.strictObject({
  sql: z.string().min(1).max(100_000),
  max_rows: z.number().int().min(1).max(1_000_000).optional(),
});

export function queryRoutes(app: FastifyInstance, { pipeline }: ServerContext): void {
  app.post('/api/v1/query', async (request, reply) => {
    const body = parseWith(querySchema, request.body);
    if (!body.ok) return sendProblem(reply, body.error);
    return pipeline.query(body.value.sql, body.value.max_rows);
  });
}
