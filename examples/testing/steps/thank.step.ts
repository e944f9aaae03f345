import { defineStep, type ValidEventMessage } from 'data-sentinel';
import type invoice from '../contracts/invoice.ts';

/** `event` has the fields of the contract: `event.billed_too` would not compile. */
export default defineStep<ValidEventMessage<typeof invoice>>(
  {
    name: 'thank',
    description: 'Asks for a thank-you mail, once for each invoice.',
    triggers: [{ type: 'queue', topic: 'invoice_event' }],
    enqueues: ['mail_requested'],
    flows: ['invoices'],
  },
  async ({ event }, { state, enqueue }) => {
    if (await state.putIfAbsent(`thanked/${event.invoice_no}`, true))
      await enqueue('mail_requested', { to: event.billed_to, about: event.invoice_no });
  },
);
