import type { FastifyInstance } from 'fastify';
import { deadLetterDiscardRoutes as table } from '../../api/routes/dead-letters.ts';
import { countOpen, discardOpen } from '../../dead-letter/discard-many.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { conflict, sendProblem, unprocessable } from '../replies.ts';
import { present, unknownLetter } from './dead-letters.ts';

export function deadLetterDiscardRoutes(app: FastifyInstance, { letters }: ServerContext): void {
  mount(app, table, {
    async 'POST /api/v1/dead-letters/{id}/discard'({ params: { id }, body }, reply) {
      if ((await letters.get(id)) === undefined) return sendProblem(reply, unknownLetter(id));
      const discarded = await letters.discard(id, body.reason);
      return discarded.ok ? present(discarded.value) : sendProblem(reply, conflict(discarded.error));
    },

    async 'POST /api/v1/dead-letters/discard'({ body }, reply) {
      const { filter, reason, dry_run: dryRun, as_of: asOf = new Date(), limit } = body;
      const as_of = asOf.toISOString();
      if (dryRun) return { dry_run: true as const, matched: await countOpen(letters, filter, asOf), as_of };
      if (reason === undefined) return sendProblem(reply, noReason);
      return {
        dry_run: false as const,
        ...(await discardOpen(letters, filter, { reason, asOf, limit })),
        as_of,
      };
    },
  });
}

const noReason = unprocessable('reason: say why they are discarded; each letter keeps it');
