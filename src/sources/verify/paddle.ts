import { fieldsOf, hmacPreset } from './hmac-preset.ts';

/** Paddle Billing: the secret key of the notification destination. */
export const paddle = hmacPreset(
  { type: 'paddle', id: '/event_id' },
  {
    algorithm: 'sha256',
    encoding: 'hex',
    header: 'paddle-signature',
    read: (header) => {
      const field = fieldsOf(header('paddle-signature'), ';');
      return { signatures: field('h1'), timestamp: field('ts')[0] };
    },
    write: (signature, timestamp) => ({ 'paddle-signature': `ts=${timestamp};h1=${signature}` }),
    time: 's',
    signed: ({ timestamp, body }) => [`${timestamp}:`, body],
  },
);
