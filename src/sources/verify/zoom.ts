import { hmacPreset } from './hmac-preset.ts';

/** Zoom: the app's secret token. */
export const zoom = hmacPreset(
  { type: 'zoom' },
  {
    algorithm: 'sha256',
    encoding: 'hex',
    header: 'x-zm-signature',
    prefix: 'v0=',
    timestampHeader: 'x-zm-request-timestamp',
    time: 's',
    signed: ({ timestamp, body }) => [`v0:${timestamp}:`, body],
  },
);
