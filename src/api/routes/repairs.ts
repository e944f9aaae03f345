import * as z from 'zod';
import { defineRoutes } from '../route.ts';
import { change } from './events.ts';
import { healer, json, limit, name, nextCursor, page, time } from '../schemas/common.ts';

const repair = name(
  'Repair',
  z.object({
    request_id: z.string(),
    table: z.string(),
    contract: z.string(),
    version: z.string(),
    source: z.string(),
    healer,
    rule_id: z.string().nullable(),
    plan: json,
    by_hand: z.array(z.string()).readonly().describe('pointers of values that a person entered'),
    repaired_at: time,
    rolled_back_at: time.nullable(),
    changes: z
      .array(change)
      .optional()
      .describe(
        'what it changed; private values masked; absent of a large event, or when the original is gone',
      ),
  }),
);

const rollback = name(
  'Rollback',
  z.object({
    rule_id: z.string(),
    status: z.enum(['running', 'done']),
    reason: z.string(),
    actor: z.object({ id: z.string(), name: z.string() }).optional().describe('who ordered it'),
    started_at: time,
    finished_at: time.optional(),
    total: z.number().describe('rows that the rule had repaired when the rollback began'),
    before: z.number().describe('repairs that had been rolled back before'),
    taken: z.number().describe('rows taken out so far'),
    duplicates: z.number().describe('events that were dropped because a row of the rule has their key'),
  }),
);

const pageFields = { limit: limit(1000, 100), cursor: z.string().max(100).optional() };

export const repairRoutes = defineRoutes({
  'GET /api/v1/rules/{id}/events': {
    summary: 'What a rule repaired, the newest first',
    role: 'read',
    query: z.strictObject({
      ...pageFields,
      in_doubt: z.enum(['true', 'false']).optional().describe('only rows that stand and are in doubt'),
      changes: z.enum(['true', 'false']).optional().describe('with what was changed; 100 rows at most'),
    }),
    reply: z.object({
      rule_id: z.string(),
      doubt: z
        .object({ since: time, reason: z.string() })
        .optional()
        .describe('a later event contradicts the rule: its rows since then are in doubt'),
      total: z.number(),
      rolled_back: z.number(),
      duplicates: z.number(),
      items: z.array(repair),
      next: nextCursor,
    }),
  },
  'POST /api/v1/rules/{id}/rollback': {
    summary: 'Disable a rule and take its rows out of the destination; goes on in the background',
    role: 'operate',
    act: 'rollback',
    body: z
      .strictObject({ reason: z.string().trim().max(1000).default(''), dry_run: z.boolean().default(false) })
      .default({ reason: '', dry_run: false }),
    status: 202,
    reply: rollback,
    dryRun: z.object({
      rule_id: z.string(),
      dry_run: z.literal(true),
      total: z.number(),
      duplicates: z.number(),
      samples: z.array(repair),
    }),
  },
  'GET /api/v1/rules/{id}/rollback': {
    summary: 'How far the rollback of a rule is',
    role: 'read',
    reply: rollback,
  },
  'GET /api/v1/repairs': {
    summary: 'What was repaired, the newest first',
    role: 'read',
    query: z.strictObject({
      rule_id: z.string().max(100).optional(),
      healer: healer.optional(),
      contract: z.string().max(200).optional(),
      source: z.string().max(200).optional(),
      ...pageFields,
    }),
    reply: page(repair),
  },
});
