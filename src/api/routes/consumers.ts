import * as z from 'zod';
import { defineRoutes } from '../route.ts';
import { list, time } from '../schemas/common.ts';

const consumer = z.object({
  topic: z.string(),
  group: z.string(),
  pending: z.number(),
  waiting: z.number().describe('of these, deferred for a retry'),
  paused_since: time.optional(),
});

export const consumerRoutes = defineRoutes({
  'GET /api/v1/consumers': {
    summary: 'Which groups read which topics, how far behind, and whether a person has paused them',
    role: 'read',
    reply: list(consumer),
  },
  'POST /api/v1/consumers/{topic}/{group}/pause': {
    summary: 'Pause a group of readers; its events wait in the queue',
    role: 'operate',
    act: 'pause',
    reply: consumer,
  },
  'POST /api/v1/consumers/{topic}/{group}/resume': {
    summary: 'Let a paused group read on',
    role: 'operate',
    act: 'resume',
    reply: consumer,
  },
});
