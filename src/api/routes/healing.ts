import * as z from 'zod';
import { defineRoutes } from '../route.ts';
import { healer, limit, page, time } from '../schemas/common.ts';

const budget = z.object({ used: z.number(), limit: z.number(), left: z.number() });

const exchange = z.object({
  id: z.string(),
  at: time,
  contract: z.string(),
  version: z.string(),
  source: z.string(),
  signature: z.string(),
  attempt: z.number().describe('1 for the first question about this failure'),
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  answer: z.string().describe("the model's answer, or why there was none"),
  outcome: z.enum([
    'plan',
    'plan_failed',
    'refused',
    'invalid',
    'rejected',
    'unavailable',
    'confirmed',
    'unconfirmed',
  ]),
  tokens: z.number(),
  duration_ms: z.number(),
  rule_id: z.string().optional().describe('the rule that the plan became'),
});

export const healingRoutes = defineRoutes({
  'GET /api/v1/healing': {
    summary: 'The healers, the model, its breaker and budget, and its calls in flight',
    role: 'read',
    reply: z.object({
      healers: z.array(healer).describe('in the order in which they are asked'),
      approval: z.enum(['auto', 'review']),
      llm: z
        .object({
          model: z.string(),
          base_url: z.string().optional(),
          share_values: z.boolean(),
          breaker: z.object({
            state: z.enum(['closed', 'half_open', 'open']),
            last_failure: z.string().optional(),
          }),
          budget: z.object({ calls: budget, tokens: budget }).describe('of the last hour'),
          totals: z.object({
            calls: z.number(),
            tokens: z.number(),
            outcomes: z.record(z.string(), z.number()),
          }),
          calls_in_flight: z.number(),
          waiting: z.number().describe('signatures whose events wait because the model cannot be asked'),
        })
        .optional(),
      refused_signatures: z.number().describe('signatures that were refused lately and are not sent again'),
    }),
  },
  'GET /api/v1/healing/audit': {
    summary: 'What the model was asked and what it answered, the newest first',
    role: 'read',
    query: z.strictObject({
      contract: z.string().optional(),
      signature: z.string().optional(),
      limit: limit(200, 50),
      cursor: z.string().max(100).optional(),
    }),
    reply: page(exchange),
  },
});
