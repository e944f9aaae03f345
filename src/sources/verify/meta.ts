import { hmacPreset } from './hmac-preset.ts';

/** Meta (Facebook, Instagram, WhatsApp): the app's secret; `verify_token_env` is for the handshake. */
export const meta = hmacPreset(
  { type: 'meta', takes: ['verify_token_env'] },
  { algorithm: 'sha256', encoding: 'hex', header: 'x-hub-signature-256', prefix: 'sha256=' },
);
