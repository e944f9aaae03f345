import * as z from 'zod';
import { defineRoutes } from '../route.ts';
import { name } from '../schemas/common.ts';

const status = name(
  'Export',
  z.object({
    id: z.string(),
    state: z.enum(['running', 'done', 'failed']),
    bytes: z.number().describe('of the file, so far'),
    rows: z.number().optional().describe('of a table, once all are written'),
    error: z.string().optional().describe('why it failed'),
  }),
);

/** Whole events, dead letters, rules and hashes of keys are in it. */
export const backupRoutes = defineRoutes({
  'POST /api/v1/backups': {
    summary:
      'Begin to write a copy of the embedded queue and all state to a file; `sentinel backup` does the rest',
    role: 'admin',
    act: 'backup',
    status: 202,
    reply: status,
  },
  'GET /api/v1/backups/{id}': { summary: 'How far a copy of the queue is', role: 'admin', reply: status },
  'GET /api/v1/backups/{id}/file': {
    summary: 'The file of a finished copy of the queue; takes `Range: bytes=N-`',
    role: 'admin',
    media: 'application/octet-stream',
    reply: z.string(),
  },
  'DELETE /api/v1/backups/{id}': {
    summary: 'Delete a copy of the queue (which is deleted after an hour anyway)',
    role: 'admin',
    act: 'delete backup',
    reply: z.object({ id: z.string() }),
  },
});

export const exportRoutes = defineRoutes({
  'POST /api/v1/exports': {
    summary: 'Begin to write all rows of a table of the destination to a file',
    role: 'read',
    act: 'export',
    status: 202,
    body: z.strictObject({
      table: z.string('name the "table"').min(1).max(200),
      format: z.enum(['parquet', 'csv', 'ndjson']),
    }),
    reply: status,
  },
  'POST /api/v1/snapshots': {
    summary: 'Begin to write a copy of the whole DuckDB database to a file',
    role: 'read',
    act: 'snapshot',
    status: 202,
    reply: status,
  },
  'GET /api/v1/exports/{id}': {
    summary: 'How far an export or a snapshot is',
    role: 'read',
    reply: status,
  },
  'GET /api/v1/exports/{id}/file': {
    summary: 'The file of a finished export or snapshot; takes `Range: bytes=N-` to go on after a break',
    role: 'read',
    media: 'application/octet-stream',
    reply: z.string(),
  },
  'DELETE /api/v1/exports/{id}': {
    summary: 'Stop an export or snapshot, and delete its file (which is deleted after an hour anyway)',
    role: 'read',
    act: 'delete export',
    reply: z.object({ id: z.string() }),
  },
});
