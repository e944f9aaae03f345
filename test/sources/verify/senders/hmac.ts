import { type Sender, mac, secrets } from './sender.ts';
import { seconds } from '../support.ts';

/** HMACs as the settings describe them. */
export const hmacs: Sender[] = [
  {
    type: 'hmac',
    settings: {
      header: 'X-Sig',
      algorithm: 'sha512',
      encoding: 'base64',
      prefix: 'v9:',
      signed: '{method}|{timestamp}|{header:x-nonce}|{body}',
      timestampHeader: 'X-Time',
    },
    secrets,
    header: 'x-sig',
    pattern: /^v9:/,
    timed: true,
    sign: (body, secret, at) => ({
      headers: {
        'x-time': seconds(at),
        'x-nonce': 'n1',
        'x-sig': `v9:${mac('sha512', secret, `POST|${seconds(at)}|n1|${body}`, 'base64')}`,
      },
    }),
  },
  {
    type: 'hmac',
    // As Calendly signs.
    settings: {
      header: 'calendly-webhook-signature',
      prefix: 'v1=',
      signed: '{timestamp}.{body}',
      timestampHeader: 'calendly-webhook-signature',
    },
    secrets,
    header: 'calendly-webhook-signature',
    pattern: /^t=\d+,v1=/,
    timed: true,
    sign: (body, secret, at) => ({
      headers: {
        'calendly-webhook-signature': `t=${seconds(at)},v1=${mac('sha256', secret, `${seconds(at)}.${body}`)}`,
      },
    }),
  },
  {
    type: 'hmac',
    // As Microsoft Teams signs.
    settings: {
      header: 'Authorization',
      encoding: 'base64',
      prefix: 'HMAC ',
      secretEncoding: 'base64',
    },
    secrets: ['dG9kYXk=', 'eWVzdGVyZGF5'],
    header: 'authorization',
    pattern: /^HMAC /,
    sign: (body, secret) => ({
      headers: { authorization: `HMAC ${mac('sha256', Buffer.from(secret, 'base64'), body, 'base64')}` },
    }),
  },
];
