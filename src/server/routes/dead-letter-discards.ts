import type { FastifyInstance } from 'fastify';
import { deadLetterDiscardRoutes as table } from '../../api/routes/dead-letters.ts';
import { countOpen } from '../../dead-letter/count-open.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { conflict, sendProblem, unprocessable } from '../replies.ts';
import { present, unknownLetter } from './dead-letters.ts';
import { namesNothing, whatItNames } from './letter-filter.ts';

export function deadLetterDiscardRoutes(app: FastifyInstance, { letters, jobs }: ServerContext): void {
  mount(app, table, {
    async 'POST /api/v1/dead-letters/{id}/discard'({ params: { id }, body }, reply) {
      if ((await letters.get(id)) === undefined) return sendProblem(reply, unknownLetter(id));
      const discarded = await letters.discard(id, body.reason);
      return discarded.ok ? present(discarded.value) : sendProblem(reply, conflict(discarded.error));
    },

    async 'POST /api/v1/dead-letters/discard'({ body, request }, reply) {
      const { reason, dry_run: dryRun, as_of: asOf = new Date() } = body;
      const filter = whatItNames(body.filter);
      if (filter === undefined) return sendProblem(reply, namesNothing);
      const as_of = asOf.toISOString();
      if (dryRun) {
        void reply.code(200);
        return { dry_run: true as const, matched: await countOpen(letters, filter, asOf), as_of };
      }
      if (reason === undefined) return sendProblem(reply, noReason);
      const job = await jobs.create({ kind: 'discard', filter, reason, as_of }, request.actor);
      return { job_id: job.id };
    },
  });
}

const noReason = unprocessable('reason: say why they are discarded; each letter keeps it');
