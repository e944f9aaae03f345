import * as z from 'zod';
import { defineRoutes } from '../route.ts';

export const queryRoutes = defineRoutes({
  'POST /api/v1/query': {
    summary: 'Run one read-only SQL statement on the destination',
    role: 'read',
    body: z.strictObject({
      sql: z.string('send the statement as "sql"').min(1).max(100_000),
      max_rows: z.number().int().min(1).max(1_000_000).optional(),
    }),
    reply: z.object({
      columns: z.array(z.string()),
      rows: z
        .array(z.array(z.unknown()))
        .describe('decimals, 64-bit integers, dates and times are text, exact'),
      truncated: z.boolean().describe('there were more rows than `max_rows`'),
    }),
  },
});
