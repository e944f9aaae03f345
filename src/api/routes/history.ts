import * as z from 'zod';
import { defineRoutes } from '../route.ts';
import { time } from '../schemas/common.ts';

const counts = z.array(z.number());
const countsOrNull = z.array(z.number().nullable());

export const historyRoutes = defineRoutes({
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
