import type { FastifyInstance } from 'fastify';
import type { ReplyOf } from '../../api/route.ts';
import { logRoutes as table } from '../../api/routes/logs.ts';
import type { ServerContext } from '../context.ts';
import type { EventStreams } from '../event-stream.ts';
import { mount } from '../mount.ts';
import { sendProblem, tooManyStreams } from '../replies.ts';

/** Our own logger wrote them. */
type Line = ReplyOf<(typeof table)['GET /api/v1/logs']>['items'][number];

/** The last log lines of the process, and those to come. */
export function logRoutes(app: FastifyInstance, { logs }: ServerContext, streams: EventStreams): void {
  mount(app, table, {
    'GET /api/v1/logs'({ query: { limit, before, ...filter } }) {
      const page = logs.page(filter, { limit, before });
      return { items: page.items as unknown as Line[], next: page.next ?? null };
    },

    /** `log` for each line; `dropped` says how many were left out for a reader that did not keep up. */
    'GET /api/v1/logs/stream'({ query, request }, reply) {
      const reader = streams.open(request, reply);
      if (reader === undefined) return sendProblem(reply, tooManyStreams);
      reader.send('ready', {});
      let dropped = 0;
      const stop = logs.follow(query, (line) => {
        if (dropped > 0 && reader.send('dropped', { count: dropped })) dropped = 0;
        if (dropped > 0 || !reader.send('log', line)) dropped++;
      });
      reader.onClose(stop);
      return reply;
    },
  });
}
