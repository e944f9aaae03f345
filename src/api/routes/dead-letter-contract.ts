import * as z from 'zod';
import { defineRoutes } from '../route.ts';
import { jsonObject } from '../schemas/common.ts';

export const deadLetterContractRoutes = defineRoutes({
  'GET /api/v1/dead-letters/contract': {
    summary: 'A contract that the events of open dead letters suggest; nothing is stored',
    role: 'read',
    query: z.strictObject({
      name: z.string().max(100).optional().describe('of the contract; default: the source'),
      contract: z.string().optional(),
      source: z.string().optional(),
      signature: z.string().optional(),
    }),
    reply: z.object({
      schema: jsonObject.describe('JSON Schema with the counts behind each choice as $comment'),
      events: z.number().describe('events that were looked at, 2,000 at most'),
      notes: z.array(z.string()).describe('what a person should look at'),
    }),
  },
});
