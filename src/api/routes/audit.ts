import * as z from 'zod';
import { defineRoutes } from '../route.ts';
import { json, limit, name, page, text, time, timeParameter } from '../schemas/common.ts';

const entry = name(
  'AuditEntry',
  z.object({
    id: z.string(),
    at: time,
    actor: z.object({
      id: z.string().describe("the key's id; `token` with SENTINEL_API_TOKEN, `local` without a key"),
      name: z.string(),
    }),
    act: z.string().describe('replay, discard, rule_approve, pause, key_create, …'),
    request: z.string().describe('the request, as `POST /api/v1/rules/{id}/approve`'),
    target: z.record(z.string(), z.string()).describe("the request's path parameters"),
    detail: json
      .optional()
      .describe("what the request's body says, without the event and without long texts"),
    counts: z.record(z.string(), z.number()).optional().describe('the numbers of the reply'),
  }),
);

export const auditRoutes = defineRoutes({
  'GET /api/v1/audit': {
    summary: 'Who did what, the newest first; kept for retention.audit_days',
    role: 'read',
    query: z.strictObject({
      actor: text.describe("the key's id or name"),
      act: text,
      target: text.describe('the id of a letter, a rule, a key; a topic'),
      since: timeParameter.optional(),
      until: timeParameter.optional(),
      limit: limit(500, 100),
      cursor: z.string().max(100).optional(),
    }),
    reply: page(entry),
  },
});
