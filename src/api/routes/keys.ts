import * as z from 'zod';
import { sourceName } from '../../model/event.ts';
import { defineRoutes, roles } from '../route.ts';
import { list, name, time } from '../schemas/common.ts';

const role = z.enum(roles, `write one of ${roles.join(', ')}`);

const key = name(
  'Key',
  z.object({
    id: z.string(),
    name: z.string(),
    role,
    source: z.string().optional().describe('the only source that it may send for'),
    created_by: z.string(),
    created_at: time,
    expires_at: time.optional(),
    last_used_at: time.optional().describe('by the hour'),
  }),
);

const oneLine = /^[^\p{Cc}]+$/u;

export const keyRoutes = defineRoutes({
  'GET /api/v1/keys': {
    summary: 'The keys that were made, without their text',
    role: 'admin',
    reply: list(key),
  },
  'POST /api/v1/keys': {
    summary: 'Make a key; its text is in the reply, and nowhere else',
    role: 'admin',
    act: 'key_create',
    body: z
      .strictObject({
        role,
        name: z.string().trim().min(1).max(100).regex(oneLine, 'write it in one line').optional(),
        source: z
          .string()
          .regex(sourceName, 'write the name of a source, as in /ingest/{source}')
          .optional()
          .describe('the only source that it may send for'),
        expires_in: z
          .string()
          .regex(/^[1-9]\d{0,3}[hd]$/, 'write hours or days, as 12h or 90d')
          .optional()
          .describe('`12h` or `90d`; without it the key stays until it is revoked'),
      })
      .refine(({ role, source }) => source === undefined || role === 'ingest', {
        path: ['source'],
        message: 'only a key with the role "ingest" can be bound to a source',
      }),
    reply: z.object({ ...key.shape, key: z.string().describe('its text') }),
  },
  'DELETE /api/v1/keys/{id}': {
    summary: 'Revoke a key, in every process within a second',
    role: 'admin',
    act: 'key_revoke',
    status: 204,
    reply: z.undefined(),
  },
});
