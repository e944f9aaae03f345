import * as z from 'zod';
import { jobKinds, jobStates } from '../../model/job.ts';
import { name, plan, time, timeParameter } from './common.ts';

/** Which dead letters are meant, apart from their status. */
export const letterFilter = {
  contract: z.string().max(200).optional(),
  source: z.string().max(200).optional(),
  signature: z.string().max(200).optional(),
  code: z.string().max(200).optional().describe('why it could not be settled, as `no_repair_found`'),
  since: timeParameter.optional().describe('received then or later'),
  until: timeParameter.optional().describe('received then or before'),
  q: z.string().max(200).optional().describe('text in the id, the reason, a violation or the event'),
};

export const job = name(
  'Job',
  z.object({
    id: z.string(),
    kind: z.enum(jobKinds),
    state: z.enum(jobStates),
    actor: z.object({ id: z.string(), name: z.string() }).describe('who ordered it'),
    filter: z.object(letterFilter),
    reason: z.string().optional().describe('why letters are discarded'),
    plan: plan.optional().describe('what is done to each event, of `correct`'),
    rule_id: z.string().optional().describe('the rule that was learned from the plan'),
    force: z.boolean().optional().describe('of an import: also what still breaks its contract'),
    as_of: time.describe('letters that have changed since are left alone'),
    total: z.number().nullable().describe('letters that matched when it began; null until they are counted'),
    done: z.number().describe('letters that it has dealt with'),
    failed: z
      .number()
      .describe(
        'of these, letters that were left alone: settled or changed meanwhile, or not mended by the correction',
      ),
    left_alone: z
      .array(z.object({ id: z.string(), line: z.number().optional(), reason: z.string() }))
      .optional()
      .describe('the first letters that a correction or an import left alone, and why'),
    failed_again: z
      .number()
      .optional()
      .describe('letters that were sent back and are open again, as far as is known'),
    waits: z.string().optional().describe('why it stands still'),
    created_at: time,
    updated_at: time,
    started_at: time.optional(),
    finished_at: time.optional(),
    error: z.string().optional().describe('why it failed'),
  }),
);

export const orderedJob = z.object({ job_id: z.string().describe('see GET /api/v1/jobs/{id}') });
