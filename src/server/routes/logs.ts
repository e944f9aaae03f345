import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { lineLevels } from '../../support/log-ring.ts';
import type { ServerContext } from '../context.ts';
import { defined } from '../../support/defined.ts';
import type { EventStreams } from '../event-stream.ts';
import { parseWith } from '../parse.ts';
import { sendProblem, tooManyStreams } from '../replies.ts';

const text = z.string().min(1).max(200);
const filterSchema = z.strictObject({
  level: z.enum(lineLevels).optional(),
  step: text.optional(),
  source: text.optional(),
  status: text.optional(),
  contract: text.optional(),
  request_id: text.optional(),
  q: text.optional(),
});
const pageSchema = z.strictObject({
  ...filterSchema.shape,
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  before: z.coerce.number().int().min(0).optional(),
});

/** The last log lines of the process, and those to come. */
export function logRoutes(app: FastifyInstance, { logs }: ServerContext, streams: EventStreams): void {
  app.get('/api/v1/logs', async (request, reply) => {
    const query = parseWith(pageSchema, request.query);
    if (!query.ok) return sendProblem(reply, query.error);
    const { limit, before, ...filter } = query.value;
    const page = logs.page(defined(filter), defined({ limit, before }));
    return { items: page.items, next: page.next ?? null };
  });

  /** `log` for each line; `dropped` says how many were left out for a reader that did not keep up. */
  app.get('/api/v1/logs/stream', async (request, reply) => {
    const query = parseWith(filterSchema, request.query);
    if (!query.ok) return sendProblem(reply, query.error);
    const reader = streams.open(request, reply);
    if (reader === undefined) return sendProblem(reply, tooManyStreams);
    reader.send('ready', {});
    let dropped = 0;
    const stop = logs.follow(defined(query.value), (line) => {
      if (dropped > 0 && reader.send('dropped', { count: dropped })) dropped = 0;
      if (dropped > 0 || !reader.send('log', line)) dropped++;
    });
    reader.onClose(stop);
    return reply;
  });
}
