import * as z from 'zod';
import { defineRoutes } from '../route.ts';
import { time } from '../schemas/common.ts';

const counts = {
  rows: z.number(),
  letters: z.number().describe('dead letters, open and settled'),
  originals: z.number().describe('originals of repaired rows'),
  repeats: z.number().describe('changed repeats that lose what they said'),
  jobs: z.number().describe('finished jobs whose filter named the value'),
  destinations: z.array(
    z.object({
      name: z.string(),
      rows: z.number(),
      tables: z.array(z.object({ table: z.string(), rows: z.number() })),
      originals: z.number(),
      repeats: z.number(),
    }),
  ),
  unreached: z.array(z.string()).describe('where more of it may be'),
};

export const eraseRoutes = defineRoutes({
  'POST /api/v1/erase': {
    summary:
      'Remove the events of a person: rows, dead letters, originals, what repeats said; answers with a receipt',
    role: 'admin',
    act: 'erase',
    body: z.strictObject({
      where: z.strictObject({
        path: z
          .string()
          .max(500)
          .regex(
            /^(?:\/(?:[^~/]|~[01])*)+$/,
            'a JSON Pointer, like /email or /customer/email; * is any element of a list',
          )
          .describe('JSON Pointer of the field in events'),
        value: z.string().min(1).max(500).describe('what it says; numbers as JSON spells them'),
      }),
      dry_run: z.boolean().default(false),
    }),
    dryRun: z.object({ dry_run: z.literal(true), path: z.string(), ...counts }),
    reply: z.object({
      receipt_id: z.string(),
      at: time,
      actor: z.object({ id: z.string(), name: z.string() }),
      path: z.string(),
      value_sha256: z.string().describe('SHA-256 of receipt_id, a line feed and the value, in hex'),
      ...counts,
    }),
  },
});
