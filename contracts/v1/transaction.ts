import { currencyCode, decimal, defineContract, email, uuid, z } from 'data-sentinel';
import { baseEvent } from './base-event.ts';

export default defineContract({
  name: 'transaction',
  version: '1.0.0',
  description: 'Money that a user moved.',
  key: 'event_id',
  schema: z.object({
    ...baseEvent,
    amount: decimal({ positive: true }),
    currency: currencyCode(),
    user_id: uuid(),
    email: email(),
    description: z.string().nullish(),
  }),
});
