import { datetime, defineContract, z } from 'data-sentinel';
import { envelope } from './envelope.ts';
import { orderPayload } from './order.ts';

/**
 * The next version, side by side with the first: shops say where an order comes from and when it was placed. Both
 * versions load into one table; the rows of the first have no value in the new columns.
 */
export default defineContract({
  name: 'order',
  version: '2.0.0',
  description: 'An order that a customer placed, with its sales channel.',
  topic: 'order_event',
  schema: z.object({
    ...envelope,
    channel: z.enum(['web', 'app', 'store', 'marketplace']),
    placed_at: datetime().optional(),
    payload: orderPayload,
  }),
});
