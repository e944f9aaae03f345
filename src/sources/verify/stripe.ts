import { fieldsOf, hmacPreset } from './hmac-preset.ts';

/** Stripe: the endpoint's signing secret (`whsec_…`), as it is shown. */
export const stripe = hmacPreset(
  {
    type: 'stripe',
    id: '/id',
    // The placeholder of a document is a secret that everybody knows.
    checkSecret: (secret) =>
      /^whsec_\W*$/.test(secret) ? 'after whsec_ comes the rest, as Stripe shows it' : undefined,
  },
  {
    algorithm: 'sha256',
    encoding: 'hex',
    header: 'stripe-signature',
    read: (header) => {
      const field = fieldsOf(header('stripe-signature'), ',');
      return { signatures: field('v1'), timestamp: field('t')[0] };
    },
    write: (signature, timestamp) => ({ 'stripe-signature': `t=${timestamp},v1=${signature}` }),
    time: 's',
    signed: ({ timestamp, body }) => [`${timestamp}.`, body],
  },
);
