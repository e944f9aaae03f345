import { hmacPreset } from './hmac-preset.ts';

/** Intercom: the app's client secret. */
export const intercom = hmacPreset(
  { type: 'intercom', id: '/id' },
  { algorithm: 'sha1', encoding: 'hex', header: 'x-hub-signature', prefix: 'sha1=' },
);
