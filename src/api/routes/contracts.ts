import * as z from 'zod';
import { defineRoutes } from '../route.ts';
import { jsonObject, list, name, time } from '../schemas/common.ts';

const contract = name(
  'Contract',
  z.object({
    name: z.string(),
    version: z.string(),
    description: z.string(),
    table: z.string(),
    key: z.array(z.string()).readonly().describe('JSON Pointers of the fields that identify an event'),
    aliases: z.record(z.string(), z.array(z.string()).readonly()).readonly(),
    topic: z.string().optional(),
    jsonSchema: jsonObject,
    columns: z
      .array(
        z.object({
          name: z.string(),
          type: z.looseObject({ kind: z.string() }),
          path: z.string().optional().describe('the field, where it is not the top-level one of this name'),
          description: z.string().optional(),
          required: z.boolean().optional(),
        }),
      )
      .readonly(),
    onRepeat: z.enum(['keep', 'replace', 'history']),
    orderBy: z.string().optional().describe('the column that tells the later event'),
    undeclared: z.enum(['keep', 'reject', 'quarantine']),
    pii: z.array(z.string()).readonly().describe('fields that are masked in lists of events'),
  }),
);

const driftField = z.object({
  version: z.string(),
  path: z.string().describe('JSON Pointer, * for every element of an array'),
  types: z.array(z.enum(['string', 'number', 'integer', 'boolean', 'null', 'object', 'array'])),
  count: z.number().describe('events that had it, of those that were looked at'),
  first_seen: time,
  last_seen: time,
  sources: z.array(z.string()),
});

const trigger = z.union([
  z.object({
    type: z.literal('http'),
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    path: z.string(),
    source: z.string().optional(),
  }),
  z.object({ type: z.literal('queue'), topic: z.string(), contract: z.string().optional() }),
  z.object({ type: z.literal('cron'), expression: z.string() }),
]);

const node = z.union([
  z.object({
    kind: z.literal('step'),
    id: z.string(),
    name: z.string(),
    description: z.string(),
    triggers: z.array(trigger).readonly(),
    enqueues: z.array(z.string()).readonly(),
    flows: z.array(z.string()).readonly(),
    file: z.string().optional(),
    retry: z.object({ max_attempts: z.number() }).optional(),
  }),
  z.object({
    kind: z.literal('topic'),
    id: z.string(),
    topic: z.string(),
    missing: z.enum(['consumer', 'producer']).describe('a loose end'),
  }),
]);

export const contractRoutes = defineRoutes({
  'GET /api/v1/contracts': { summary: 'The contracts in use', role: 'read', reply: list(contract) },
  'GET /api/v1/contracts/{name}/sample': {
    summary: 'An event that the contract accepts, made of its schema',
    role: 'read',
    query: z.object({ version: z.string().optional().describe('the newest by default') }),
    reply: z.object({
      contract: z.string(),
      version: z.string(),
      event: jsonObject.nullable().describe('null where none could be made'),
      reason: z.string().optional().describe('why none could be made, and what to add to the schema'),
    }),
  },
  'GET /api/v1/contracts/{name}/ddl': {
    summary: 'The table of a contract, all its versions, in SQL',
    role: 'read',
    query: z.strictObject({
      dialect: z
        .enum(['postgres', 'duckdb', 'bigquery'])
        .optional()
        .describe("the main destination's by default"),
    }),
    reply: z.object({ dialect: z.string(), ddl: z.string() }),
  },
  'GET /api/v1/contracts/{name}/drift': {
    summary: 'What the sources send that a contract does not declare, and how its events fared in 24 hours',
    role: 'read',
    reply: z.object({
      contract: z.string(),
      sampled: z.literal(true).describe('at most 200 events a second are looked at'),
      fields: z.array(driftField),
      valid_share: z.number().nullable(),
      events: z.number(),
      sources: z.array(z.object({ source: z.string(), events: z.number(), valid: z.number() })),
    }),
  },
  'GET /api/v1/flow': {
    summary: 'How topics connect the steps',
    role: 'read',
    reply: z.object({
      flows: z.array(z.string()),
      nodes: z.array(node),
      edges: z.array(z.object({ id: z.string(), from: z.string(), to: z.string(), topic: z.string() })),
    }),
  },
});
