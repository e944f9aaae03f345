import * as z from 'zod';
import { alertKinds } from '../../observe/alerts/alert.ts';
import { defineRoutes } from '../route.ts';
import { time } from '../schemas/common.ts';

const receiver = z.object({
  to: z.enum(['slack', 'webhook', 'email']),
  name: z.string().describe('the environment variable that holds its URL'),
});

export const alertRoutes = defineRoutes({
  'GET /api/v1/alerts': {
    summary: 'What is the matter now, and who is told of it',
    role: 'read',
    reply: z.object({
      items: z.array(
        z.object({
          id: z.string(),
          kind: z.enum(alertKinds),
          title: z.string(),
          detail: z.string(),
          since: time,
          page: z.string().describe('of the console, where it is mended'),
        }),
      ),
      receivers: z.array(receiver.extend({ on: z.array(z.enum(alertKinds)) })),
    }),
  },
  'POST /api/v1/alerts/test': {
    summary: 'Send a test message to each receiver of alerts',
    role: 'operate',
    act: 'alerts_test',
    reply: z.object({
      items: z.array(
        receiver.extend({ sent: z.boolean(), error: z.string().optional().describe('why it was not sent') }),
      ),
    }),
  },
});
