import * as z from 'zod';
import { deadLetterStatuses } from '../../model/dead-letter.ts';
import { healer, json, name, plan, time, violation } from './common.ts';

const attempt = z.object({
  healer,
  at: time,
  reason: z.string(),
  rule_id: z.string().optional(),
  plan: plan.optional(),
});

export const deadLetter = name(
  'DeadLetter',
  z.object({
    id: z.string(),
    request_id: z.string(),
    status: z.enum(deadLetterStatuses),
    contract: z.string(),
    version: z.string(),
    source: z.string(),
    signature: z.string(),
    violations: z.array(violation),
    reason: z.string().describe('why it could not be settled'),
    code: z.string(),
    attempts: z.array(attempt).describe("the healers' tries"),
    raw: z.string().describe('the event as it was received, JSON text'),
    event: json.describe('the same as JSON; numbers that JavaScript would round are text'),
    event_bytes: z
      .number()
      .optional()
      .describe(
        'in a list, of an event too large for it: `raw` is its beginning and `event` null; the letter itself has all',
      ),
    received_at: time,
    created_at: time,
    updated_at: time,
    replays: z.number().describe('how often it was sent back'),
    edited: z.string().optional().describe('the event as a person edited it for the last replay, JSON text'),
    edit: z
      .object({ plan: plan.optional(), by_hand: z.array(z.string()), rule_id: z.string().optional() })
      .optional()
      .describe('what that edit amounts to'),
    discard_reason: z.string().optional(),
    trace: z
      .string()
      .optional()
      .describe('the trace of the request that brought it, a `traceparent`, when traces were exported'),
    step: z.string().optional().describe('the step that could not process the event; `raw` is its input'),
    destination: z.string().optional().describe('the further destination that refused the event'),
    repair: z.unknown().optional(),
  }),
);

export const deadLetterGroup = name(
  'DeadLetterGroup',
  z.object({
    signature: z.string(),
    contract: z.string(),
    source: z.string(),
    count: z.number(),
    first_seen: time,
    last_seen: time,
    sample_id: z.string().describe('the newest one'),
    violations: z.array(violation),
    reason: z.string(),
    trend: z.array(z.number()).describe('the last 24 hours, oldest first'),
  }),
);

const contradiction = z.object({
  rule_id: z.string().optional(),
  dead_letter_id: z.string().optional(),
  reason: z.string(),
});

const fixes = z.object({
  total: z
    .number()
    .describe('other open letters of the same contract, version and source that were looked at'),
  would_repair: z.number(),
  would_fail: z.number(),
  unaffected: z.number(),
  in_group: z.number(),
  cut: z.boolean().describe('there are more than were looked at'),
  samples: z.array(z.object({ id: z.string(), before: json, after: json })),
  contradictions: z.array(contradiction),
});

export const editDryRun = z.object({
  dry_run: z.literal(true),
  valid: z.boolean().describe('whether the edited event would be loaded'),
  violations: z.array(violation),
  plan: plan.nullable().describe('the structural part of the edit'),
  by_hand: z.array(z.string()).describe('pointers of the values that the plan does not make'),
  learnable: z.boolean(),
  reason: z.string().optional().describe('why the edit cannot become a rule'),
  fixes: fixes.nullable().describe('what else the rule would repair'),
});

export const replayed = z.object({
  id: z.string(),
  request_id: z.string(),
  status: z.literal('replaying'),
  rule_id: z.string().optional(),
  replayed: z.literal(1).optional(),
  group: z.object({ replaying: z.number(), left: z.number(), signature: z.string() }).optional(),
});
