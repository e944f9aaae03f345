import * as z from 'zod';
import { ruleStatuses } from '../../model/rule.ts';
import { defineRoutes } from '../route.ts';
import { cursor, jsonObject, limit, name, page, plan, time } from '../schemas/common.ts';
import { change } from './events.ts';

const jsonType = z.enum(['string', 'number', 'integer', 'boolean', 'null', 'object', 'array']);

const doubt = z.object({ since: time, reason: z.string() });

const rule = name(
  'Rule',
  z.object({
    id: z.string(),
    contract: z.string(),
    version: z.string(),
    source: z.string(),
    signature: z.string(),
    match: z.object({
      violations: z.string(),
      inputs: z.array(z.object({ path: z.string(), type: jsonType })),
    }),
    plan,
    origin: z.enum(['heuristic', 'llm', 'person', 'import']),
    status: z.enum(ruleStatuses),
    evidence: z.array(z.string()).describe('why the plan was believed'),
    model: z.string().optional(),
    disabled_by: z.enum(['person', 'failures', 'contradiction']).optional(),
    disabled_reason: z.string().optional(),
    doubt: doubt.optional().describe('its repairs since then are to be looked at'),
    created_at: time,
    expires_at: time.optional().describe('absent: it stays'),
    hits: z.number().describe('events that it repaired'),
    failures: z.number().describe('events that matched and that it could not repair'),
    last_used_at: time.optional(),
  }),
);

export const ruleRoutes = defineRoutes({
  'GET /api/v1/rules': {
    summary: 'List the repair rules',
    role: 'read',
    query: z.strictObject({
      contract: z.string().optional(),
      source: z.string().optional(),
      status: z.enum(ruleStatuses).optional(),
      sort: z
        .enum(['newest', 'hits', 'failures', 'doubts'])
        .default('newest')
        .describe('the most first; doubts: those in doubt, the newest doubt first'),
      limit: limit(1000, 100),
      cursor,
    }),
    reply: page(rule),
  },
  'GET /api/v1/rules/export': {
    summary: 'All rules, to keep or to import elsewhere',
    role: 'read',
    reply: z.object({ rules: z.array(rule) }),
  },
  'POST /api/v1/rules/import': {
    summary: "Import rules that were exported, or the original project's",
    role: 'operate',
    act: 'rules_import',
    body: z.unknown().describe('a list of rules, or `{"rules": […]}`'),
    reply: z.object({
      imported: z.array(z.string()).describe('ids'),
      refused: z.array(z.object({ position: z.number(), reason: z.string() })),
    }),
  },
  'GET /api/v1/rules/{id}': { summary: 'One rule', role: 'read', reply: rule },
  'GET /api/v1/rules/{id}/review': {
    summary: 'What a person should see before a rule is approved: real events that wait, before and after',
    role: 'read',
    reply: z.object({
      rule_id: z.string(),
      waiting: z.number().describe('events that wait for the rule'),
      reasons: z.array(z.string()).describe('why the plan was believed'),
      risks: z.array(z.string()).describe('what no name speaks for, and what speaks against it'),
      samples: z
        .array(
          z.object({
            request_id: z.string(),
            before: jsonObject,
            after: jsonObject,
            changes: z.array(change),
          }),
        )
        .describe('a few that wait'),
    }),
  },
  'POST /api/v1/rules/{id}/approve': {
    summary: 'Put a candidate or a disabled rule to use',
    role: 'operate',
    act: 'rule_approve',
    reply: rule,
  },
  'POST /api/v1/rules/{id}/disable': {
    summary: 'Stop using a rule; no healer brings it back',
    role: 'operate',
    act: 'rule_disable',
    reply: rule,
  },
  'DELETE /api/v1/rules/{id}': {
    summary: 'Forget a rule; the healers may learn it again',
    role: 'operate',
    act: 'rule_delete',
    status: 204,
    reply: z.undefined(),
  },
});
