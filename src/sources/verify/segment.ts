import { hmacPreset } from './hmac-preset.ts';

/** Segment: the shared secret of the webhook destination. */
export const segment = hmacPreset(
  { type: 'segment', id: '/messageId' },
  { algorithm: 'sha1', encoding: 'hex', header: 'x-signature' },
);
