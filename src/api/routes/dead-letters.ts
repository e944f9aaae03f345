import * as z from 'zod';
import { deadLetterStatuses } from '../../model/dead-letter.ts';
import { defineRoutes } from '../route.ts';
import { cursor, json, limit, nextCursor, page, time, timeParameter, jsonObject } from '../schemas/common.ts';
import { deadLetter, deadLetterGroup, editDryRun, replayed } from '../schemas/dead-letter.ts';
import { letterFilter, orderedJob } from '../schemas/job.ts';

const status = z.enum(deadLetterStatuses).default('open');

const reason = z
  .string('say why it is discarded; the letter keeps it')
  .trim()
  .min(1, 'say why it is discarded; the letter keeps it')
  .max(1000, 'at most 1,000 characters');

const replayBody = z
  .strictObject({
    event: z.record(z.string(), json).optional().describe('the event as a person corrected it'),
    dry_run: z.boolean().optional().describe('say what would happen, and change nothing'),
    learn: z.boolean().optional().describe('make a rule of the correction'),
    group: z.boolean().optional().describe('then send back all of the same group that the rule repairs'),
    force: z.boolean().optional().describe('send it even if it still breaks its contract'),
  })
  .default({});
export type ReplayBody = z.output<typeof replayBody>;

const fieldValues = z.object({
  path: z.string().describe('JSON Pointer, array indexes as *'),
  code: z.string().describe('of the violation'),
  values: z.array(
    z.object({
      value: z
        .string()
        .optional()
        .describe('JSON text, cut; absent where the field was; private ones masked'),
      count: z.number(),
    }),
  ),
  distinct: z.number().describe('different values, listed or not'),
});

export const deadLetterRoutes = defineRoutes({
  'GET /api/v1/dead-letters': {
    summary: 'List dead letters, the newest first',
    role: 'read',
    query: z.strictObject({ ...letterFilter, status, limit: limit(1000, 100), cursor }),
    reply: page(deadLetter),
  },
  'GET /api/v1/dead-letters/groups': {
    summary: 'Count the open dead letters by how they failed, the largest group first',
    role: 'read',
    query: z.strictObject({
      contract: letterFilter.contract,
      source: letterFilter.source,
      signature: letterFilter.signature,
      limit: limit(1000, 1000),
      cursor,
    }),
    reply: z.object({
      items: z.array(deadLetterGroup),
      next: nextCursor,
      total: z.number().describe('all groups'),
      total_letters: z.number().describe('all letters in them'),
    }),
  },
  'GET /api/v1/dead-letters/export': {
    summary: 'All dead letters that match, one a line, streamed',
    role: 'read',
    query: z.strictObject({ ...letterFilter, status }),
    media: 'application/x-ndjson',
    reply: z.string(),
  },
  'GET /api/v1/dead-letters/{id}': {
    summary: 'One dead letter, whole',
    role: 'read',
    reply: deadLetter,
  },
  'POST /api/v1/dead-letters/replay': {
    summary: 'Send back all open dead letters that match, by a job; events that arrive meanwhile come first',
    role: 'operate',
    act: 'replay_many',
    status: 202,
    body: z.strictObject({ filter: z.strictObject(letterFilter), dry_run: z.boolean().default(false) }),
    dryRun: z.object({
      dry_run: z.literal(true),
      matched: z.number(),
      tried: z.number().describe('letters that the following figures are of: the first ones, of very many'),
      would_load: z.number().describe('as valid, repaired or healed'),
      would_wait: z.number().describe("for the LLM's answer, or for a person's word on a rule"),
      would_fail: z.number().describe('dead letters again'),
      follow_ups: z.number().describe('not tried: letters of a step or of a further destination'),
      valid: z.number().describe('accepted by their contract as they are'),
      repaired: z.number().describe('by a rule that there is'),
      healed: z.number().describe('by what a healer finds'),
      samples: z.array(z.object({ id: z.string(), verdict: z.string() })),
    }),
    reply: orderedJob,
  },
  'GET /api/v1/dead-letters/groups/{signature}/values': {
    summary:
      'What the failing fields held, in the newest 500 open letters of a group, the most frequent first',
    role: 'read',
    query: z.strictObject({ contract: z.string().optional(), source: z.string().optional() }),
    reply: z.object({
      looked: z.number().describe('letters that were looked at'),
      fields: z.array(fieldValues),
    }),
  },
  'GET /api/v1/dead-letters/contract': {
    summary: 'A contract that the events of open dead letters suggest; nothing is stored',
    role: 'read',
    query: z.strictObject({
      name: z.string().max(100).optional().describe('of the contract; default: the source'),
      contract: z.string().optional(),
      source: z.string().optional(),
      signature: z.string().optional(),
    }),
    reply: z.object({
      schema: jsonObject.describe('JSON Schema with the counts behind each choice as $comment'),
      events: z.number().describe('events that were looked at, 2,000 at most'),
      notes: z.array(z.string()).describe('what a person should look at'),
    }),
  },
});

/** A person settles one letter, and perhaps all that failed like it. */
export const deadLetterEditRoutes = defineRoutes({
  'POST /api/v1/dead-letters/{id}/replay': {
    summary: 'Replay a dead letter, unchanged or corrected',
    role: 'operate',
    act: 'replay',
    body: replayBody,
    status: 202,
    dryRun: editDryRun,
    reply: replayed,
  },
});

/** A person settles letters without loading their events: one, or all that failed alike. */
export const deadLetterDiscardRoutes = defineRoutes({
  'POST /api/v1/dead-letters/{id}/discard': {
    summary: 'Settle a dead letter without loading its event',
    role: 'operate',
    act: 'discard',
    body: z.strictObject({ reason }),
    reply: deadLetter,
  },
  'POST /api/v1/dead-letters/discard': {
    summary: 'Settle all open dead letters that match without loading them, by a job',
    role: 'operate',
    act: 'discard_many',
    status: 202,
    body: z.strictObject({
      filter: z.strictObject(letterFilter),
      reason: reason.optional().describe('each letter keeps it; a dry run needs none'),
      dry_run: z.boolean().default(false).describe('say how many, and change nothing'),
      as_of: timeParameter
        .transform((text) => new Date(text))
        .optional()
        .describe('only what was open then, as a dry run answers it; default: now'),
    }),
    dryRun: z.object({ dry_run: z.literal(true), matched: z.number(), as_of: time }),
    reply: orderedJob,
  },
});
