import * as z from 'zod';
import { defineRoutes } from '../route.ts';
import { list, name, noParameters, time } from '../schemas/common.ts';

/** What a source's settings and this process know of its sender. */
const sender = z.object({
  verified_by: z.string().describe('`verify.type`; `key` where a key is asked for'),
  secret_from: z
    .array(z.string())
    .describe('names of environment variables and files, never what is in them'),
  can_test: z.boolean().describe('a sample can be signed here'),
  contract: z.string(),
  delivery_id: z.string(),
});

/** Since this process started. */
const refusals = z.object({
  total: z.number(),
  reasons: z.record(z.string(), z.number()),
  recent: z
    .array(z.object({ at: time, reason: z.string(), address: z.string() }))
    .describe('the last 20, newest first'),
});

const source = name(
  'Source',
  z.object({
    source: z.string(),
    contracts: z.array(z.string()),
    valid: z.number(),
    repaired: z.number(),
    dead_letter: z.number(),
    duplicate: z.number(),
    healing: z.number().describe('broke their contract in a way that no rule knew'),
    rates: z
      .object({ events_per_second: z.number(), rows_per_second: z.number() })
      .describe('of the last minute'),
    trend: z
      .array(z.object({ valid: z.number(), repaired: z.number(), dead_letter: z.number() }))
      .describe('hour by hour, oldest first'),
    last_drift_at: time.nullable(),
    last_seen_at: time.nullable(),
    asks_for: z
      .enum(['signature', 'key', 'nothing'])
      .describe(
        'what a request must come with; a preset whose secret comes with each request counts as a signature',
      ),
    sender: sender.optional().describe('of a source that the settings name'),
    refused: refusals.optional().describe('by the process that answers, since it started'),
    last_delivery_at: time.nullable().describe('answered that it is stored, by this process'),
  }),
);

export const sourceRoutes = defineRoutes({
  'GET /api/v1/sources': {
    summary: "How each source's events ended in 24 hours, unstable sources first",
    role: 'read',
    query: noParameters,
    reply: list(source),
  },
  'POST /api/v1/sources/{source}/test': {
    summary: 'Sign a sample with the configured secret, and send it as the sender would',
    role: 'operate',
    act: 'source_test',
    body: z.strictObject({
      body: z
        .string()
        .max(65_536)
        .optional()
        .describe(
          'JSON text of an event; by default nothing, so that the signature is tried and nothing is stored',
        ),
    }),
    reply: z.object({ accepted: z.boolean(), status: z.number(), answer: z.string() }),
  },
});
