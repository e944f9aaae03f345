import * as z from 'zod';
import {
  defineContract,
  email,
  eventId,
  integer,
  receivedTimestamp,
  sourceName,
} from '../../contracts/index.ts';

export default defineContract({
  name: 'signup',
  version: '1.0.0',
  description: 'Somebody who signed up. Part of the demo.',
  key: 'event_id',
  schema: z.object({
    event_id: eventId(),
    timestamp: receivedTimestamp(),
    source: sourceName('crm'),
    first_name: z.string(),
    last_name: z.string(),
    email: email(),
    plan: z.enum(['free', 'team', 'business']),
    seats: integer({ positive: true }),
    newsletter: z.boolean(),
  }),
});
