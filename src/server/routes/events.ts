import type { FastifyInstance } from 'fastify';
import { eventRoutes as table } from '../../api/routes/events.ts';
import { isRequestId } from '../../ingest/request-id.ts';
import type { ServerContext } from '../context.ts';
import { readPlace, searchEvents } from '../event-search.ts';
import { eventTrail } from '../event-trail.ts';
import { mount } from '../mount.ts';
import { notFound, sendProblem } from '../replies.ts';

export function eventRoutes(app: FastifyInstance, context: ServerContext): void {
  mount(app, table, {
    async 'GET /api/v1/events'({ query }) {
      const { request_id: requestId, event_id: eventId, limit, cursor, ...rest } = query;
      const before = cursor === undefined ? undefined : readPlace(cursor);
      // A cursor that we did not make is past the end.
      if (cursor !== undefined && before === undefined) return { items: [], next: null };
      return searchEvents(context, { requestId, eventId, ...rest }, { limit, before });
    },

    async 'GET /api/v1/events/{id}'({ params }, reply) {
      const id = params.id.toLowerCase();
      const trail = isRequestId(id) ? await eventTrail(id, context) : undefined;
      return (
        trail ??
        sendProblem(reply, notFound(`No event with the request id "${id.slice(0, 64)}" was accepted here.`))
      );
    },
  });
}
