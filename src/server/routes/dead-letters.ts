import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { DeadLetter, DeadLetterFilter } from '../../dead-letter/dead-letter.ts';
import { deadLetterStatuses } from '../../dead-letter/dead-letter.ts';
import { replay } from '../../dead-letter/replay.ts';
import { parseExact } from '../../ingest/exact-json.ts';
import type { Json } from '../../json.ts';
import { parseWith } from '../parse.ts';
import type { ServerContext } from '../context.ts';
import { notFound, sendProblem, unprocessable } from '../replies.ts';

const filterFields = {
  contract: z.string().optional(),
  source: z.string().optional(),
  signature: z.string().optional(),
  q: z.string().max(200).optional(),
};
const filterSchema = z.strictObject(filterFields);
const listSchema = z.strictObject({
  ...filterFields,
  status: z.enum(deadLetterStatuses).default('open'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(1000).optional(),
});
const replayOneSchema = z
  .strictObject({ event: z.record(z.string(), z.json()).optional(), learn: z.boolean().optional() })
  .default({});
const replayManySchema = z.strictObject({ filter: filterSchema, dry_run: z.boolean().default(false) });
const discardSchema = z.strictObject({ reason: z.string().trim().min(1).max(1000) });

type ById = { Params: { id: string } };

export function deadLetterRoutes(app: FastifyInstance, context: ServerContext): void {
  const { letters, deadLetters, pipeline } = context;

  app.get('/api/v1/dead-letters', async (request, reply) => {
    const query = parseWith(listSchema, request.query);
    if (!query.ok) return sendProblem(reply, query.error);
    const { limit, cursor, ...filter } = query.value;
    const page = await letters.list(clean(filter), { limit, ...(cursor === undefined ? {} : { cursor }) });
    return { items: page.items.map(present), next: page.next ?? null };
  });

  app.get('/api/v1/dead-letters/groups', async (request, reply) => {
    const query = parseWith(
      z.strictObject({ contract: z.string().optional(), source: z.string().optional() }),
      request.query,
    );
    if (!query.ok) return sendProblem(reply, query.error);
    return { items: await deadLetters.groups(clean(query.value)) };
  });

  app.get<ById>('/api/v1/dead-letters/:id', async (request, reply) => {
    const letter = await letters.get(request.params.id);
    return letter === undefined ? sendProblem(reply, unknownLetter(request.params.id)) : present(letter);
  });

  app.post<ById>('/api/v1/dead-letters/:id/replay', async (request, reply) => {
    const body = parseWith(replayOneSchema, request.body ?? {});
    if (!body.ok) return sendProblem(reply, body.error);
    const { learn = false } = body.value;
    const event = body.value.event;
    const letter = await letters.get(request.params.id);
    if (letter === undefined) return sendProblem(reply, unknownLetter(request.params.id));
    let ruleId: string | undefined;
    if (learn) {
      if (event === undefined)
        return sendProblem(
          reply,
          unprocessable('to learn, the edited event is needed: {"event": …, "learn": true}'),
        );
      const learned = await pipeline.learn(letter, event);
      if (!learned.ok)
        return sendProblem(
          reply,
          unprocessable(`this edit makes no rule: ${learned.error}`, 'not_learnable'),
        );
      ruleId = learned.value;
    }
    const replayed = await replay(context, request.params.id, event);
    if (!replayed.ok)
      return sendProblem(reply, { ...unprocessable(replayed.error, 'conflict'), status: 409 });
    return reply.code(202).send({
      id: replayed.value.id,
      request_id: replayed.value.request_id,
      status: 'replaying',
      ...(ruleId === undefined ? undefined : { rule_id: ruleId }),
    });
  });

  app.post('/api/v1/dead-letters/replay', async (request, reply) => {
    const body = parseWith(replayManySchema, request.body);
    if (!body.ok) return sendProblem(reply, body.error);
    const filter: DeadLetterFilter = { ...clean(body.value.filter), status: 'open' };
    return body.value.dry_run ? dryRun(filter) : replayAll(filter);
  });

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

  /** What would become of the matching letters if they were replayed now; nothing is changed. */
  async function dryRun(filter: DeadLetterFilter) {
    const counts = { valid: 0, repaired: 0, invalid: 0 };
    const samples: { id: string; verdict: string }[] = [];
    let matched = 0;
    for await (const page of pages(filter)) {
      matched += page.length;
      const events = page.filter((letter) => letter.step === undefined);
      const verdicts = await pipeline.trial(
        events.map(({ raw, source, received_at, request_id }) => ({
          raw,
          source,
          receivedAt: received_at,
          id: request_id,
        })),
      );
      for (const [index, { kind }] of verdicts.entries()) {
        counts[kind]++;
        if (samples.length < 10) samples.push({ id: events[index]!.id, verdict: kind });
      }
    }
    return {
      dry_run: true,
      matched,
      would_load: counts.valid + counts.repaired,
      would_fail: counts.invalid,
      ...counts,
      samples,
    };
  }

  async function replayAll(filter: DeadLetterFilter) {
    let replayed = 0;
    let matched = 0;
    for await (const page of pages(filter)) {
      matched += page.length;
      for (const letter of page) if ((await replay(context, letter.id)).ok) replayed++;
    }
    return { dry_run: false, matched, replayed };
  }

  async function* pages(filter: DeadLetterFilter): AsyncGenerator<DeadLetter[]> {
    let cursor: string | undefined;
    do {
      const page = await letters.list(filter, { limit: 500, ...(cursor === undefined ? {} : { cursor }) });
      yield page.items;
      cursor = page.next;
    } while (cursor !== undefined);
  }
}

/** A letter as the API shows it: with the event as JSON beside its exact text. */
function present(letter: DeadLetter): Omit<DeadLetter, 'received_at'> & { received_at: string; event: Json } {
  return {
    ...letter,
    received_at: new Date(letter.received_at).toISOString(),
    event: parseExact(letter.raw),
  };
}

function unknownLetter(id: string) {
  return notFound(`There is no dead letter "${id.slice(0, 100)}".`);
}

/** Without the keys that are undefined. */
function clean<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}
