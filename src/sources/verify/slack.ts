import { hmacPreset } from './hmac-preset.ts';

/** Slack: the app's signing secret. */
export const slack = hmacPreset(
  { type: 'slack', id: '/event_id' },
  {
    algorithm: 'sha256',
    encoding: 'hex',
    header: 'x-slack-signature',
    prefix: 'v0=',
    timestampHeader: 'x-slack-request-timestamp',
    time: 's',
    signed: ({ timestamp, body }) => [`v0:${timestamp}:`, body],
  },
);
