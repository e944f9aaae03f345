import { hmacPreset } from './hmac-preset.ts';

/** Bitbucket Cloud and Data Center. */
export const bitbucket = hmacPreset(
  { type: 'bitbucket', id: 'header:x-request-uuid' },
  { algorithm: 'sha256', encoding: 'hex', header: 'x-hub-signature', prefix: 'sha256=' },
);
