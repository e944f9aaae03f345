import * as z from 'zod';
import {
  datetime,
  decimal,
  defineContract,
  eventId,
  receivedTimestamp,
  sourceName,
} from '../../contracts/index.ts';

export default defineContract({
  name: 'shipment',
  version: '1.0.0',
  description: 'A step of a parcel on its way. Part of the demo.',
  key: 'event_id',
  schema: z.object({
    event_id: eventId(),
    timestamp: receivedTimestamp(),
    source: sourceName('carrier'),
    tracking_number: z.string().min(6),
    carrier: z.enum(['dhl', 'ups', 'gls', 'fedex']),
    status: z.enum(['created', 'in_transit', 'out_for_delivery', 'delivered', 'returned']),
    weight_kg: decimal({ positive: true }),
    shipped_at: datetime(),
    destination: z.object({ city: z.string(), country: z.string().length(2) }),
  }),
});
