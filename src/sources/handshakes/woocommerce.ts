import { type Handshake, jsonAnswer } from './handshake.ts';

/** WooCommerce sends a form with the number of a webhook, and nothing else, when it is saved. It signs deliveries only. */
export const wooCommerce: Handshake = {
  unsigned: {
    signedBy: 'x-wc-webhook-signature',
    answer: (body) =>
      /^webhook_id=\d{1,20}$/.test(body.toString('latin1')) ? jsonAnswer({ status: 'ignored' }) : undefined,
  },
};
