import * as z from 'zod';
import { defineRoutes } from '../route.ts';
import { name, time } from '../schemas/common.ts';

const queue = z.object({
  topic: z.string(),
  published: z.number(),
  bytes: z.number(),
  groups: z.array(z.object({ group: z.string(), pending: z.number(), waiting: z.number() })),
});

const waitingTables = z
  .array(z.object({ table: z.string(), error: z.string(), since: time }))
  .optional()
  .describe('those that take no rows while the others do; their events wait');

const destination = z.object({
  name: z.string(),
  type: z.string(),
  state: z.enum(['opening', 'ok', 'waiting']),
  error: z.string().optional(),
  since: time.optional().describe('since when it takes no rows'),
  tables: waitingTables,
  pending: z.number(),
  loaded: z.number(),
  repaired: z.number(),
  duplicate: z.number(),
  rejected: z.number(),
  per_second: z.number().optional().describe('rows, since the look before'),
});

const stats = name(
  'Stats',
  z.object({
    accepted: z.number(),
    loaded: z.number().describe('as they came'),
    repaired: z.number().describe('after a repair'),
    duplicate: z.number(),
    changed_duplicates: z
      .number()
      .describe('of the duplicates: those that say something else than the event that has the row'),
    dead_letters: z.number().describe('open ones, and those that are being replayed'),
    discarded: z.number().describe('by a person; those that were erased as well'),
    erased: z.number().describe('of the discarded: those that were erased with the data of a person'),
    pending: z.number().describe('not looked at yet, or on the way to the destination'),
    healing: z.number().describe('with the healers'),
    counters_as_of: time
      .nullable()
      .optional()
      .describe(
        'set while the destination is away: its counters are of then; null: not read since the start',
      ),
    destination: z
      .object({
        type: z.string(),
        state: z.enum(['ok', 'waiting']),
        error: z.string().optional().describe('why it takes no rows'),
        since: time.optional(),
        tables: waitingTables,
      })
      .describe('the main one'),
    rates: z.record(z.string(), z.number()),
    queues: z.array(queue),
    destinations: z.array(destination).optional().describe('the further ones'),
  }),
);

const counts = z.array(z.number());
const countsOrNull = z.array(z.number().nullable());

export const statsRoutes = defineRoutes({
  'GET /api/v1/stats': {
    summary: 'Counters since the data folder began, rates, queues',
    role: 'read',
    reply: stats,
  },
  'GET /api/v1/stream': {
    summary: 'Server-sent events: `stats` each second, and `dead_letter` for each change of one',
    role: 'read',
    media: 'text/event-stream',
    reply: z.string(),
  },
  'GET /api/v1/history': {
    summary: 'How the flow went, of the last 24 hours at most',
    role: 'read',
    query: z.strictObject({
      source: z.string().max(200).optional(),
      contract: z.string().max(200).optional(),
      minutes: z.coerce.number().int().min(1).max(1440).default(60),
    }),
    reply: z.object({
      step_seconds: z.number(),
      times: z.array(time).describe('when the steps begin, oldest first; all lists are as long'),
      series: z.object({
        accepted: counts,
        loaded: counts,
        repaired: counts,
        healing: counts,
        dead_letter: counts,
        duplicate: counts,
      }),
      pending: countsOrNull,
      delay: z.object({ p50_ms: countsOrNull, p99_ms: countsOrNull }).describe('from accepted to queryable'),
    }),
  },
});
