import { generateKeyPairSync, sign as signWith } from 'node:crypto';
import { type Sender, mac, publicUrl, secrets } from './sender.ts';
import { seconds } from '../support.ts';

const sendgridKeys = [1, 2, 3].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const sendgridKey = (index: number): string =>
  sendgridKeys[index]!.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

/** Those of whom npm has no library that signs: by the letter of the vendor's documentation. */
export const byDocumentation: Sender[] = [
  {
    type: 'sendgrid',
    secrets: [sendgridKey(0), sendgridKey(1)],
    header: 'x-twilio-email-event-webhook-signature',
    timed: true,
    sign: (body, secret, at) => {
      const pair = sendgridKeys.find((_, index) => sendgridKey(index) === secret) ?? sendgridKeys[2]!;
      const signature = signWith('sha256', Buffer.from(seconds(at) + body), pair.privateKey);
      return {
        headers: {
          'x-twilio-email-event-webhook-signature': signature.toString('base64'),
          'x-twilio-email-event-webhook-timestamp': seconds(at),
        },
      };
    },
  },
  {
    type: 'shopify',
    secrets,
    header: 'x-shopify-hmac-sha256',
    sign: (body, secret) => ({ headers: { 'x-shopify-hmac-sha256': mac('sha256', secret, body, 'base64') } }),
  },
  {
    type: 'slack',
    secrets,
    header: 'x-slack-signature',
    pattern: /^v0=/,
    timed: true,
    sign: (body, secret, at) => ({
      headers: {
        'x-slack-request-timestamp': seconds(at),
        'x-slack-signature': `v0=${mac('sha256', secret, `v0:${seconds(at)}:${body}`)}`,
      },
    }),
  },
  {
    type: 'zoom',
    secrets,
    header: 'x-zm-signature',
    pattern: /^v0=/,
    timed: true,
    sign: (body, secret, at) => ({
      headers: {
        'x-zm-request-timestamp': seconds(at),
        'x-zm-signature': `v0=${mac('sha256', secret, `v0:${seconds(at)}:${body}`)}`,
      },
    }),
  },
  {
    type: 'paddle',
    secrets,
    header: 'paddle-signature',
    pattern: /^ts=\d+;h1=/,
    timed: true,
    sign: (body, secret, at) => ({
      headers: {
        'paddle-signature': `ts=${seconds(at)};h1=${mac('sha256', secret, `${seconds(at)}:${body}`)}`,
      },
    }),
  },
  {
    type: 'square',
    settings: { url: publicUrl },
    secrets,
    header: 'x-square-hmacsha256-signature',
    sign: (body, secret) => ({
      headers: { 'x-square-hmacsha256-signature': mac('sha256', secret, publicUrl + body, 'base64') },
    }),
  },
  {
    type: 'hubspot',
    settings: { url: publicUrl },
    secrets,
    header: 'x-hubspot-signature-v3',
    timed: true,
    sign: (body, secret, at) => ({
      headers: {
        'x-hubspot-request-timestamp': String(at),
        'x-hubspot-signature-v3': mac('sha256', secret, `POST${publicUrl}${body}${at}`, 'base64'),
      },
    }),
  },
  {
    type: 'bitbucket',
    secrets,
    header: 'x-hub-signature',
    pattern: /^sha256=/,
    sign: (body, secret) => ({ headers: { 'x-hub-signature': `sha256=${mac('sha256', secret, body)}` } }),
  },
  {
    type: 'intercom',
    secrets,
    header: 'x-hub-signature',
    pattern: /^sha1=/,
    sign: (body, secret) => ({ headers: { 'x-hub-signature': `sha1=${mac('sha1', secret, body)}` } }),
  },
  {
    type: 'meta',
    secrets,
    header: 'x-hub-signature-256',
    pattern: /^sha256=/,
    sign: (body, secret) => ({ headers: { 'x-hub-signature-256': `sha256=${mac('sha256', secret, body)}` } }),
  },
  {
    type: 'segment',
    secrets,
    header: 'x-signature',
    sign: (body, secret) => ({ headers: { 'x-signature': mac('sha1', secret, body) } }),
  },
  {
    type: 'pagerduty',
    secrets,
    header: 'x-pagerduty-signature',
    pattern: /^v1=/,
    sign: (body, secret) => ({ headers: { 'x-pagerduty-signature': `v1=${mac('sha256', secret, body)}` } }),
  },
  {
    type: 'linear',
    secrets,
    header: 'linear-signature',
    sign: (body, secret) => ({ headers: { 'linear-signature': mac('sha256', secret, body) } }),
  },
];
