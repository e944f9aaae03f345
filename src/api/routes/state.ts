import * as z from 'zod';
import { defineRoutes } from '../route.ts';
import { json, limit, list, noParameters, page } from '../schemas/common.ts';

const keyPart = z
  .string()
  .max(1000)
  .refine((text) => text.isWellFormed() && !text.includes('\0'), 'write well-formed text');

export const stateRoutes = defineRoutes({
  'GET /api/v1/state': {
    summary: "The engine's state, key by key",
    role: 'read',
    query: z.strictObject({
      prefix: keyPart.default(''),
      limit: limit(500, 100),
      cursor: keyPart.optional(),
    }),
    reply: page(
      z.object({
        key: z.string(),
        value: json.optional().describe('left out when it is larger than 16 KiB as JSON'),
        size: z.number().describe('characters of the value as JSON'),
        cut: z.literal(true).optional(),
      }),
    ),
  },
  'GET /api/v1/state/groups': {
    summary: 'The first parts of the keys, and how many begin with each',
    role: 'read',
    query: noParameters,
    reply: list(
      z.object({
        group: z.string(),
        count: z.number(),
        exact: z.boolean().describe('false: at least so many'),
      }),
    ),
  },
});
