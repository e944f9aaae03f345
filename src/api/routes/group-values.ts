import * as z from 'zod';
import { defineRoutes } from '../route.ts';

const fieldValues = z.object({
  path: z.string().describe('JSON Pointer, array indexes as *'),
  code: z.string().describe('of the violation'),
  values: z.array(
    z.object({
      value: z
        .string()
        .optional()
        .describe('JSON text, cut; absent where the field was; private ones masked'),
      count: z.number(),
    }),
  ),
  distinct: z.number().describe('different values, listed or not'),
});

export const groupValuesRoutes = defineRoutes({
  'GET /api/v1/dead-letters/groups/{signature}/values': {
    summary:
      'What the failing fields held, in the newest 500 open letters of a group, the most frequent first',
    role: 'read',
    query: z.strictObject({ contract: z.string().optional(), source: z.string().optional() }),
    reply: z.object({
      looked: z.number().describe('letters that were looked at'),
      fields: z.array(fieldValues),
    }),
  },
});
