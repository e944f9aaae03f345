import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { countOpen, discardOpen } from '../../dead-letter/discard-many.ts';
import type { ServerContext } from '../context.ts';
import { defined } from '../../support/defined.ts';
import { parseWith } from '../parse.ts';
import { sendProblem, unprocessable } from '../replies.ts';
import { type ById, filterFields, present, unknownLetter } from './dead-letters.ts';

/** By one call; who has more to discard calls again, and others get their turn. */
const mostAtOnce = 10_000;

const reasonField = z
  .string()
  .trim()
  .min(1, 'say why it is discarded; the letter keeps it')
  .max(1000, 'at most 1,000 characters');
const discardSchema = z.strictObject({ reason: reasonField });
const discardManySchema = z.strictObject({
  filter: z.strictObject({
    ...filterFields,
    // A group, and not everything there is, by a field that was forgotten.
    signature: z.string("the group's signature is needed; GET /api/v1/dead-letters/groups lists them").min(1),
  }),
  /** Why; each letter keeps it. A dry run needs none. */
  reason: reasonField.optional(),
  /** Say how many, and change nothing. */
  dry_run: z.boolean().default(false),
  /** Only what was open at that time: the answer of a dry run has one. Default: now. */
  as_of: z.iso
    .datetime({ offset: true, message: 'an ISO 8601 time with a zone, as 2026-01-31T08:00:00Z' })
    .transform((text) => new Date(text))
    .optional(),
  limit: z.number().int().min(1).max(mostAtOnce).default(mostAtOnce),
});

/** A person settles letters without loading their events: one, or all that failed alike. */
export function deadLetterDiscardRoutes(app: FastifyInstance, { letters }: ServerContext): void {
  app.post<ById>('/api/v1/dead-letters/:id/discard', async (request, reply) => {
    const body = parseWith(discardSchema, request.body);
    if (!body.ok) return sendProblem(reply, body.error);
    if ((await letters.get(request.params.id)) === undefined)
      return sendProblem(reply, unknownLetter(request.params.id));
    const discarded = await letters.discard(request.params.id, body.value.reason);
    if (!discarded.ok)
      return sendProblem(reply, { ...unprocessable(discarded.error, 'conflict'), status: 409 });
    return present(discarded.value);
  });

  app.post('/api/v1/dead-letters/discard', async (request, reply) => {
    const body = parseWith(discardManySchema, request.body);
    if (!body.ok) return sendProblem(reply, body.error);
    const { filter, reason, dry_run: dryRun, as_of: asOf = new Date(), limit } = body.value;
    const group = defined(filter);
    const as_of = asOf.toISOString();
    if (dryRun) return { dry_run: true, matched: await countOpen(letters, group, asOf), as_of };
    if (reason === undefined) return sendProblem(reply, noReason);
    return { dry_run: false, ...(await discardOpen(letters, group, { reason, asOf, limit })), as_of };
  });
}

const noReason = unprocessable('reason: say why they are discarded; each letter keeps it');
