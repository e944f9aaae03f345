import { fieldsOf, hmacPreset } from './hmac-preset.ts';

/** PagerDuty (webhooks of version 3), which signs with each of several secrets while they rotate. */
export const pagerduty = hmacPreset(
  { type: 'pagerduty', id: '/event/id' },
  {
    algorithm: 'sha256',
    encoding: 'hex',
    header: 'x-pagerduty-signature',
    read: (header) => ({ signatures: fieldsOf(header('x-pagerduty-signature'), ',')('v1') }),
    write: (signature) => ({ 'x-pagerduty-signature': `v1=${signature}` }),
  },
);
