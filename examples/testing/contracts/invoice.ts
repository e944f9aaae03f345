import { decimal, defineContract, email, eventId, z } from 'data-sentinel';

export default defineContract({
  name: 'invoice',
  version: '1.0.0',
  topic: 'invoice_event',
  schema: z.object({
    event_id: eventId(),
    invoice_no: z.string().min(1),
    total: decimal({ positive: true }),
    billed_to: email(),
  }),
  key: '/invoice_no',
  aliases: { '/total': ['amount_due'] },
});
