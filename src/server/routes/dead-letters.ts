import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import type { ReplyOf } from '../../api/route.ts';
import { deadLetterRoutes as table } from '../../api/routes/dead-letters.ts';
import type { DeadLetter, DeadLetterFilter } from '../../model/dead-letter.ts';
import { listNewest } from '../../dead-letter/newest.ts';
import { pagesOf } from '../../dead-letter/pages.ts';
import { tryReplay } from '../../dead-letter/try-replay.ts';
import type { DeadLetterStore } from '../../dead-letter/store.ts';
import { parseExact } from '../../model/exact-json.ts';
import type { ServerContext } from '../context.ts';
import { createMasking, maskedLetter } from '../masking.ts';
import { mount } from '../mount.ts';
import { notFound, sendProblem } from '../replies.ts';
import { namesNothing, whatItNames } from './letter-filter.ts';
import { groupValues } from '../../dead-letter/group-values.ts';

export function deadLetterRoutes(app: FastifyInstance, context: ServerContext): void {
  const { letters, deadLetters, pipeline } = context;
  const masking = createMasking(() => pipeline.contracts());

  mount(app, table, {
    async 'GET /api/v1/dead-letters'({ query: { limit, cursor, ...filter } }) {
      const [page, maskOf] = await Promise.all([listNewest(context, filter, { limit, cursor }), masking()]);
      const shown = page.items.map((letter) => maskedLetter(letter, maskOf));
      const items = withoutLargeEvents(shown).map(({ letter, eventBytes }) =>
        eventBytes === undefined ? present(letter) : { ...present(letter, null), event_bytes: eventBytes },
      );
      return { items, next: page.next ?? null };
    },

    async 'GET /api/v1/dead-letters/groups'({ query: { limit, cursor, ...filter } }) {
      const page = await deadLetters.groups(filter, { limit, cursor });
      return { items: page.items, next: page.next ?? null, total: page.total, total_letters: page.letters };
    },

    'GET /api/v1/dead-letters/export': ({ query }, reply) =>
      reply
        .type('application/x-ndjson')
        .header('content-disposition', 'attachment; filename="dead-letters.ndjson"')
        .header('cache-control', 'no-store')
        .send(Readable.from(linesOf(letters, query))),

    async 'GET /api/v1/dead-letters/{id}'({ params: { id } }, reply) {
      const letter = await letters.get(id);
      return letter === undefined ? sendProblem(reply, unknownLetter(id)) : present(letter);
    },

    async 'POST /api/v1/dead-letters/replay'({ body, request }, reply) {
      const filter = whatItNames(body.filter);
      if (filter === undefined) return sendProblem(reply, namesNothing);
      if (body.dry_run) {
        void reply.code(200);
        return tryReplay(context, filter);
      }
      const as_of = new Date().toISOString();
      const job = await context.jobs.create({ kind: 'replay', filter, as_of }, request.actor);
      return { job_id: job.id };
    },

    async 'GET /api/v1/dead-letters/groups/{signature}/values'({ params: { signature }, query }) {
      const maskOf = await masking();
      return groupValues(context, { signature, ...query }, (letter) => maskedLetter(letter, maskOf));
    },

    async 'GET /api/v1/dead-letters/contract'({ query: { name, ...filter } }, reply) {
      // Loaded when somebody asks: most services are started without.
      const { inferContract } = await import('../../dead-letter/infer-contract.ts');
      const inferred = await inferContract(letters, filter, name);
      return inferred ?? sendProblem(reply, notFound('No open dead letters match these filters.'));
    },
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
  event = parseExact(letter.raw),
): ReplyOf<(typeof table)['GET /api/v1/dead-letters/{id}']> {
  return {
    ...letter,
    received_at: new Date(letter.received_at).toISOString(),
    event,
  };
}

export function unknownLetter(id: string) {
  return notFound(`There is no dead letter "${id.slice(0, 100)}".`);
}

/** Characters of events that a page holds, and of one that is shown whole in it. */
const mostOfPage = 1_000_000;
const mostOfOne = 64 * 1024;
/** Of one that is not. */
const head = 1000;

/** Letters as a list shows them: of a large event its beginning only, so that a page stays small. The letter itself has all. */
export function withoutLargeEvents(
  letters: readonly DeadLetter[],
): { letter: DeadLetter; eventBytes: number | undefined }[] {
  let left = mostOfPage;
  return letters.map((letter) => {
    const { edited, edit: _, repair, ...rest } = letter;
    const size = letter.raw.length + (edited?.length ?? 0) + (repair?.original.length ?? 0);
    left -= Math.min(size, mostOfOne);
    if (size <= mostOfOne && left > 0) return { letter, eventBytes: undefined };
    const raw = letter.raw.slice(0, head).toWellFormed();
    return { letter: { ...rest, raw }, eventBytes: Buffer.byteLength(letter.raw) };
  });
}
