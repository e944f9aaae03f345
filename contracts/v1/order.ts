import { currencyCode, decimal, defineContract, email, integer, z } from 'data-sentinel';
import { envelope } from './envelope.ts';

const item = z.object({
  sku: z.string(),
  quantity: integer({ positive: true }),
  price: decimal({ nonnegative: true }),
});

/** What was ordered; both versions of the contract carry it. */
export const orderPayload = z.object({
  order_id: z.string(),
  customer_email: email(),
  items: z.array(item),
  total_amount: decimal({ nonnegative: true }),
  currency: currencyCode(),
});

export default defineContract({
  name: 'order',
  version: '1.0.0',
  description: 'An order that a customer placed.',
  topic: 'order_event',
  schema: z.object({ ...envelope, payload: orderPayload }),
});
