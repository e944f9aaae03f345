import * as z from 'zod';
import { defineRoutes } from '../route.ts';
import { time } from '../schemas/common.ts';

const rate = z.number().nullable().describe('events per second; null at the first look');

export const flowActivityRoutes = defineRoutes({
  'GET /api/v1/flow/activity': {
    summary: 'What each step handled and how it failed last; how fast each queue is read',
    role: 'read',
    reply: z.object({
      steps: z.array(
        z.object({
          name: z.string(),
          handled: z.number(),
          errors: z.number(),
          rate,
          last_errors: z.array(z.object({ at: time, code: z.string().nullable(), message: z.string() })),
        }),
      ),
      queues: z.array(
        z.object({
          topic: z.string(),
          group: z.string(),
          pending: z.number(),
          waiting: z.number(),
          rate,
        }),
      ),
      topics: z.array(z.object({ topic: z.string(), published: z.number(), rate })),
    }),
  },
});
