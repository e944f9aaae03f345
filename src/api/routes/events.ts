import * as z from 'zod';
import { isRequestId } from '../../ingest/request-id.ts';
import { eventStatuses } from '../../model/event.ts';
import { defineRoutes } from '../route.ts';
import {
  healer,
  json,
  limit,
  name,
  nextCursor,
  text,
  time,
  timeParameter,
  violation,
} from '../schemas/common.ts';

const status = z.enum(eventStatuses);

const item = z.object({
  request_id: z.string(),
  event_id: z.string().nullable().optional(),
  contract: z.string().nullable(),
  version: z.string().nullable(),
  source: z.string().nullable(),
  status,
  received_at: time,
  rule_id: z.string().optional(),
  healer: healer.optional(),
  dead_letter_id: z.string().optional(),
});

export const change = z.object({
  path: z.string().describe('JSON Pointer in the result; of a removed value, in the original'),
  kind: z.enum(['added', 'changed', 'removed']),
  from: z.array(z.string()).describe('pointers in the original where the value came from'),
  operations: z.array(z.string()),
  by: z.enum(['plan', 'person']),
  before: json.optional(),
  after: json.optional(),
});

const trail = name(
  'EventTrail',
  z.object({
    ...item.shape,
    event_id: z.string().optional(),
    violations: z.array(violation).optional(),
    original: json.optional().describe('the event as it was received'),
    plan: json.optional().describe('the repair plan'),
    plan_words: z.array(z.string()).optional().describe('the plan in plain words'),
    result: json.optional(),
    by_hand: z.array(z.string()).readonly().optional().describe('pointers of values that a person entered'),
    changes: z.array(change).optional().describe('the repair, value by value, at most 500'),
    repeat: z
      .object({
        of: z.string().optional().describe('request id of the event that has the row of its key'),
        changed: z.boolean().optional().describe('it says something else than that event'),
        replaced: z.boolean().describe('it had the row, until a later event took its place'),
        event: json.optional().describe('what a changed one says, by column'),
      })
      .optional()
      .describe('of a duplicate'),
    table: z.string().optional(),
    row: z
      .record(z.string(), json)
      .optional()
      .describe('as the destination has it; decimals, 64-bit integers and times as text'),
    destinations: z
      .record(
        z.string(),
        z.object({
          status: z.enum([
            'pending',
            'unknown',
            'loaded',
            'repaired',
            'duplicate',
            'dead_letter',
            'discarded',
          ]),
          dead_letter_id: z.string().optional(),
        }),
      )
      .optional()
      .describe('how its copies ended, by the name of the further destination'),
  }),
);

const moment = timeParameter.transform((text) => Date.parse(text)).optional();

export const eventRoutes = defineRoutes({
  'GET /api/v1/events': {
    summary: 'Look for events wherever they are, the newest first',
    role: 'read',
    query: z.strictObject({
      request_id: z
        .string()
        .toLowerCase()
        .refine(isRequestId, 'a request id, as ingest answers it (a UUID)')
        .optional(),
      event_id: text,
      q: text.describe(
        'an id of the event, like an order number or an e-mail address: its event id, a part of its key, of a dead letter any value that looks like an id',
      ),
      source: text,
      contract: text,
      status: status.optional(),
      from: moment,
      to: moment,
      limit: limit(500, 50),
      cursor: z.string().max(100).optional(),
    }),
    reply: z.object({
      items: z.array(item),
      next: nextCursor,
      cut: z.literal(true).optional().describe('some place was too large to be looked through'),
      unreadable: z
        .array(z.string())
        .optional()
        .describe(
          'tables of the destination that can’t be read now (rights, row-level security, a lock): their events are missing here',
        ),
    }),
  },
  'GET /api/v1/events/{id}': {
    summary: 'Where one event is and what happened to it, by its request id',
    role: 'read',
    reply: trail,
  },
});
