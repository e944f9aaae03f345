import * as z from 'zod';
import { time } from './common.ts';

/** What a source's settings and this process know of its sender. */
export const sender = z.object({
  verified_by: z.string().describe('`verify.type`; `key` where a key is asked for'),
  secret_from: z
    .array(z.string())
    .describe('names of environment variables and files, never what is in them'),
  can_test: z.boolean().describe('a sample can be signed here'),
  contract: z.string(),
  delivery_id: z.string(),
});

/** Since this process started. */
export const refusals = z.object({
  total: z.number(),
  reasons: z.record(z.string(), z.number()),
  recent: z
    .array(z.object({ at: time, reason: z.string(), address: z.string() }))
    .describe('the last 20, newest first'),
});
