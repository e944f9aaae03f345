import { hmacPreset } from './hmac-preset.ts';

/** GitHub. The older header, with SHA-1, is not looked at. */
export const github = hmacPreset(
  { type: 'github', id: 'header:x-github-delivery' },
  { algorithm: 'sha256', encoding: 'hex', header: 'x-hub-signature-256', prefix: 'sha256=' },
);
