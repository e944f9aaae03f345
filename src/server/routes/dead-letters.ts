import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import * as z from 'zod';
import type { DeadLetter, DeadLetterFilter } from '../../model/dead-letter.ts';
import { deadLetterStatuses } from '../../model/dead-letter.ts';
import { pagesOf } from '../../dead-letter/pages.ts';
import { replayMatching, tryReplay } from '../../dead-letter/replay-many.ts';
import type { DeadLetterStore } from '../../dead-letter/store.ts';
import { parseExact } from '../../model/exact-json.ts';
import type { Json } from '../../model/json.ts';
import { defined } from '../../support/defined.ts';
import { parseWith } from '../parse.ts';
import type { ServerContext } from '../context.ts';
import { notFound, sendProblem } from '../replies.ts';

export const filterFields = {
  contract: z.string().optional(),
  source: z.string().optional(),
  signature: z.string().optional(),
  q: z.string().max(200).optional(),
};
const filterSchema = z.strictObject(filterFields);
const exportSchema = z.strictObject({ ...filterFields, status: z.enum(deadLetterStatuses).default('open') });
const groupsSchema = z.strictObject({
  contract: filterFields.contract,
  source: filterFields.source,
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
  cursor: z.string().max(1000).optional(),
});
const listSchema = z.strictObject({
  ...exportSchema.shape,
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(1000).optional(),
});
const replayManySchema = z.strictObject({ filter: filterSchema, dry_run: z.boolean().default(false) });

export type ById = { Params: { id: string } };

export function deadLetterRoutes(app: FastifyInstance, context: ServerContext): void {
  const { letters, deadLetters } = context;

  app.get('/api/v1/dead-letters', async (request, reply) => {
    const query = parseWith(listSchema, request.query);
    if (!query.ok) return sendProblem(reply, query.error);
    const { limit, cursor, ...filter } = query.value;
    const page = await letters.list(defined(filter), { limit, cursor });
    return { items: page.items.map(present), next: page.next ?? null };
  });

  app.get('/api/v1/dead-letters/groups', async (request, reply) => {
    const query = parseWith(groupsSchema, request.query);
    if (!query.ok) return sendProblem(reply, query.error);
    const { limit, cursor, ...filter } = query.value;
    const page = await deadLetters.groups(defined(filter), defined({ limit, cursor }));
    return { items: page.items, next: page.next ?? null, total: page.total, total_letters: page.letters };
  });

  app.get('/api/v1/dead-letters/export', async (request, reply) => {
    const query = parseWith(exportSchema, request.query);
    if (!query.ok) return sendProblem(reply, query.error);
    return reply
      .type('application/x-ndjson')
      .header('content-disposition', 'attachment; filename="dead-letters.ndjson"')
      .header('cache-control', 'no-store')
      .send(Readable.from(linesOf(letters, defined(query.value))));
  });

  app.get<ById>('/api/v1/dead-letters/:id', async (request, reply) => {
    const letter = await letters.get(request.params.id);
    return letter === undefined ? sendProblem(reply, unknownLetter(request.params.id)) : present(letter);
  });

  app.post('/api/v1/dead-letters/replay', async (request, reply) => {
    const body = parseWith(replayManySchema, request.body);
    if (!body.ok) return sendProblem(reply, body.error);
    const filter: DeadLetterFilter = { ...defined(body.value.filter), status: 'open' };
    return body.value.dry_run ? tryReplay(context, filter) : replayMatching(context, filter);
  });
}

/** A page of letters at a time, as JSON lines; the next one is read when the client has taken this one. */
async function* linesOf(letters: DeadLetterStore, filter: DeadLetterFilter): AsyncGenerator<string> {
  for await (const page of pagesOf(letters, filter, exportPage))
    if (page.length > 0) yield page.map((letter) => `${JSON.stringify(present(letter))}\n`).join('');
}

const exportPage = 100;

/** A letter as the API shows it: with the event as JSON beside its exact text. */
export function present(
  letter: DeadLetter,
): Omit<DeadLetter, 'received_at'> & { received_at: string; event: Json } {
  return {
    ...letter,
    received_at: new Date(letter.received_at).toISOString(),
    event: parseExact(letter.raw),
  };
}

export function unknownLetter(id: string) {
  return notFound(`There is no dead letter "${id.slice(0, 100)}".`);
}
