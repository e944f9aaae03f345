import * as z from 'zod';
import { defineRoutes } from '../route.ts';
import { json, plan } from '../schemas/common.ts';
import { letterFilter, orderedJob } from '../schemas/job.ts';

const forecast = {
  dry_run: z.literal(true),
  matched: z.number().describe('letters that it is for'),
  tried: z.number().describe('letters that the following figures are of: the first ones, of very many'),
  would_load: z.number(),
  would_fail: z.number().describe('letters that it would leave alone'),
  failures: z
    .array(z.object({ reason: z.string(), count: z.number(), id: z.string() }))
    .describe('why, the most frequent reason first, each with one such letter'),
  samples: z.array(z.object({ id: z.string(), before: json, after: json })),
};

const errors = z
  .array(z.object({ line: z.number(), detail: z.string() }))
  .describe('the first lines that cannot be imported; as long as there is one, none is');

/** A person corrects many letters at once. Each is settled as by a single edit, by a job. */
export const correctionRoutes = defineRoutes({
  'POST /api/v1/dead-letters/correct': {
    summary:
      'Correct all open dead letters that match by a plan, and send back those that it mends, by a job',
    role: 'operate',
    act: 'correct_many',
    status: 202,
    body: z.strictObject({
      filter: z.strictObject(letterFilter),
      plan: plan.describe('what is done to each event (docs/healing.md)'),
      learn: z
        .boolean()
        .default(false)
        .describe('make a rule of the plan, for the next ones; needs a signature in the filter'),
      dry_run: z.boolean().default(false).describe('say what would happen, and change nothing'),
    }),
    dryRun: z.object(forecast),
    reply: orderedJob.extend({ rule_id: z.string().optional().describe('the rule that was learned') }),
  },
  'POST /api/v1/dead-letters/import': {
    summary:
      'Send back the dead letters of a corrected export, by a job; a letter that has changed since is left alone',
    role: 'operate',
    act: 'import_many',
    status: 202,
    takes: 'application/x-ndjson',
    query: z.strictObject({
      dry_run: z.stringbool().default(false).describe('say what would happen, and change nothing'),
      force: z.stringbool().default(false).describe('also send events that still break their contract'),
    }),
    dryRun: z.object({
      ...forecast,
      lines: z.number(),
      unchanged: z.number().describe('lines whose event is as it was received'),
      faulty: z.number().describe('lines that cannot be imported'),
      errors,
    }),
    reply: orderedJob.extend({
      lines: z.number(),
      unchanged: z.number().describe('lines whose event is as it was received'),
    }),
  },
});
