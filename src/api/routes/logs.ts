import * as z from 'zod';
import { lineLevels } from '../../support/log-ring.ts';
import { defineRoutes } from '../route.ts';
import { limit, text, time } from '../schemas/common.ts';

const logFilter = {
  level: z.enum(lineLevels).optional().describe('this one and those above'),
  step: text,
  source: text,
  status: text,
  contract: text,
  request_id: text,
  q: text.describe('text anywhere in the line'),
};

const logLine = z.looseObject({
  seq: z.number().describe('numbers the lines since the process started'),
  time,
  level: z.string(),
  msg: z.string(),
  step: z.string().optional(),
  source: z.string().optional(),
  contract: z.string().optional(),
  status: z.string().optional(),
  code: z.string().optional(),
  request_id: z.string().optional(),
});

export const logRoutes = defineRoutes({
  'GET /api/v1/logs': {
    summary: 'The last log lines of the process, the newest first',
    role: 'read',
    query: z.strictObject({
      ...logFilter,
      limit: limit(1000, 100),
      before: z.coerce.number().int().min(0).optional().describe("a line's `seq`"),
    }),
    reply: z.object({ items: z.array(logLine), next: z.number().nullable() }),
  },
  'GET /api/v1/logs/stream': {
    summary: 'Log lines to come, as server-sent events: `log`, and `dropped` for a slow reader',
    role: 'read',
    query: z.strictObject(logFilter),
    media: 'text/event-stream',
    reply: z.string(),
  },
});
