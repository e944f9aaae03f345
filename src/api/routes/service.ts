import * as z from 'zod';
import { defineRoutes } from '../route.ts';
import { jsonObject } from '../schemas/common.ts';

const accepted = z.object({
  request_id: z.string().optional().describe('of one object'),
  status: z.literal('accepted'),
  accepted: z.number().optional().describe('of an array or NDJSON: how many'),
  request_ids: z.array(z.string()).optional(),
});
const event = jsonObject.describe('an event; or an array of them, or NDJSON (application/x-ndjson)');

/** Answered outside the framework (src/ingest), on the same port. */
export const ingestRoutes = defineRoutes({
  'POST /ingest': {
    summary: 'Accept events: 202 means that they are stored for good',
    role: 'ingest',
    body: event,
    status: 202,
    reply: accepted,
  },
  'POST /ingest/{source}': {
    summary: 'Accept events of a source',
    role: 'ingest',
    body: event,
    status: 202,
    reply: accepted,
  },
});

export const healthRoutes = defineRoutes({
  'GET /health': {
    summary: 'The process lives',
    role: 'anyone',
    reply: z.object({ status: z.literal('ok') }),
  },
  'GET /ready': {
    summary: 'It takes events and loads them; else 503',
    role: 'anyone',
    reply: z.object({
      status: z.enum(['ready', 'not_ready']),
      reason: z.string().optional(),
      code: z
        .string()
        .optional()
        .describe('why the destination takes no rows, e.g. `destination_unavailable`'),
      since: z.string().optional().describe('since when, ISO 8601'),
      error: z.string().optional().describe('the error itself, for keys that may read'),
      destinations: z.record(z.string(), z.string()).optional(),
    }),
  },
  'GET /metrics': {
    summary: 'Prometheus text',
    role: 'read',
    media: 'text/plain',
    reply: z.string(),
  },
});

export const documentRoutes = defineRoutes({
  'GET /openapi.json': {
    summary: 'This API as an OpenAPI 3.1 document',
    role: 'read',
    reply: jsonObject,
  },
});
