import { hmacPreset } from './hmac-preset.ts';
import { publicUrl } from './public-url.ts';

/** Square: the subscription's signature key; the URL is signed with the body. */
export const square = hmacPreset(
  { type: 'square', id: '/event_id', needs: ['url'] },
  {
    algorithm: 'sha256',
    encoding: 'base64',
    header: 'x-square-hmacsha256-signature',
    signed: ({ url, settings, body }) => [publicUrl(settings, url), body],
  },
);
