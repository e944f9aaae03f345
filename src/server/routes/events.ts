import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { isRequestId } from '../../ingest/request-id.ts';
import type { ServerContext } from '../context.ts';
import { defined } from '../../support/defined.ts';
import { readPlace, searchEvents } from '../event-search.ts';
import { eventStatuses } from '../event-search/filter.ts';
import { eventTrail } from '../event-trail.ts';
import { parseWith } from '../parse.ts';
import { notFound, sendProblem } from '../replies.ts';

export type { EventTrail as EventInfo } from '../event-trail.ts';

const name = z.string().min(1).max(200);
const time = z.iso
  .datetime({ offset: true, message: 'an ISO 8601 time with a zone, as 2026-01-31T08:00:00Z' })
  .transform((text) => Date.parse(text));
const searchSchema = z.strictObject({
  request_id: z
    .string()
    .toLowerCase()
    .refine(isRequestId, 'a request id, as ingest answers it (a UUID)')
    .optional(),
  event_id: name.optional(),
  source: name.optional(),
  contract: name.optional(),
  status: z.enum(eventStatuses).optional(),
  from: time.optional(),
  to: time.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(100).optional(),
});

export function eventRoutes(app: FastifyInstance, context: ServerContext): void {
  app.get('/api/v1/events', async (request, reply) => {
    const query = parseWith(searchSchema, request.query);
    if (!query.ok) return sendProblem(reply, query.error);
    const { request_id: requestId, event_id: eventId, limit, cursor, ...rest } = query.value;
    const before = cursor === undefined ? undefined : readPlace(cursor);
    // A cursor that we did not make is past the end.
    if (cursor !== undefined && before === undefined) return { items: [], next: null };
    return searchEvents(context, defined({ requestId, eventId, ...rest }), defined({ limit, before }));
  });

  app.get<{ Params: { id: string } }>('/api/v1/events/:id', async (request, reply) => {
    const id = request.params.id.toLowerCase();
    const trail = isRequestId(id) ? await eventTrail(id, context) : undefined;
    return (
      trail ??
      sendProblem(reply, notFound(`No event with the request id "${id.slice(0, 64)}" was accepted here.`))
    );
  });
}
