import { createHash, createHmac, generateKeyPairSync, sign as signWith } from 'node:crypto';
import { hmacValidator as HmacValidator } from '@adyen/api-library';
import { sign as signAsGitHub } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import { Stripe } from 'stripe';
import twilio from 'twilio';
import type { VerifySettings } from '../../../src/sources/verify/scheme.ts';

export interface SentRequest {
  headers: Record<string, string>;
  /** Path and query; default `/ingest/sender`. */
  path?: string;
  body?: string;
}

export interface Sender {
  type: string;
  settings?: Partial<VerifySettings>;
  /** The secret in use, and the one before. */
  secrets: [string, string];
  /** Signs as the vendor does: with its own library where npm has it, else by the letter of its documentation. */
  sign: (body: string, secret: string, at: number) => Promise<SentRequest> | SentRequest;
  /** Where the signature is. */
  header: string;
  /** What stands around the signature in the header. */
  pattern?: RegExp;
  /** The time is signed, and old ones are refused. */
  timed?: boolean;
  body?: string;
}

const seconds = (at: number): string => String(Math.floor(at / 1000));
const mac = (
  algorithm: string,
  secret: string | Buffer,
  text: string,
  encoding: 'hex' | 'base64' = 'hex',
): string => createHmac(algorithm, secret).update(text).digest(encoding);
const secrets: [string, string] = ['the secret of today', 'the secret of yesterday'];
const publicUrl = 'https://hooks.example.com/in/sender';
const stripe = new Stripe('sk_test_unused');
const adyen = new HmacValidator();
const sendgridKeys = [1, 2, 3].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const sendgridKey = (index: number): string =>
  sendgridKeys[index]!.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

export const senders: Sender[] = [
  {
    type: 'standard-webhooks',
    secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
    header: 'webhook-signature',
    pattern: /^v1,/,
    timed: true,
    sign: (body, secret, at) => ({
      headers: {
        'webhook-id': 'msg_1',
        'webhook-timestamp': seconds(at),
        'webhook-signature': new Webhook(secret).sign('msg_1', new Date(at), body),
      },
    }),
  },
  {
    type: 'standard-webhooks',
    secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
    header: 'svix-signature',
    pattern: /^v1,/,
    timed: true,
    sign: (body, secret, at) => ({
      headers: {
        'svix-id': 'msg_1',
        'svix-timestamp': seconds(at),
        'svix-signature': new Webhook(secret).sign('msg_1', new Date(at), body),
      },
    }),
  },
  {
    type: 'stripe',
    secrets: ['whsec_today', 'whsec_yesterday'],
    header: 'stripe-signature',
    pattern: /^t=\d+,v1=/,
    timed: true,
    sign: (payload, secret, at) => ({
      headers: {
        'stripe-signature': stripe.webhooks.generateTestHeaderString({
          payload,
          secret,
          timestamp: Math.floor(at / 1000),
        }),
      },
    }),
  },
  {
    type: 'github',
    secrets,
    header: 'x-hub-signature-256',
    pattern: /^sha256=/,
    sign: async (body, secret) => ({
      headers: { 'x-hub-signature-256': await signAsGitHub(secret, body), 'x-github-event': 'issues' },
    }),
  },
  {
    type: 'twilio',
    settings: { url: publicUrl },
    secrets,
    header: 'x-twilio-signature',
    sign: (body, secret) => {
      const path = `/ingest/sender?bodySHA256=${twilio.getExpectedBodyHash(body)}`;
      const url = publicUrl + path.slice(path.indexOf('?'));
      return { path, headers: { 'x-twilio-signature': twilio.getExpectedTwilioSignature(secret, url, {}) } };
    },
  },
  {
    type: 'adyen',
    secrets: ['44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056', 'AABBCCDD'],
    header: 'hmacsignature',
    sign: (body, secret) => ({ headers: { hmacsignature: adyen.calculateHmacSignature(body, secret) } }),
  },
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
    type: 'gitlab',
    secrets,
    header: 'x-gitlab-token',
    sign: (_, secret) => ({ headers: { 'x-gitlab-token': secret } }),
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
  {
    type: 'basic',
    settings: { username: 'ada' },
    secrets,
    header: 'authorization',
    pattern: /^Basic /,
    sign: (_, secret) => ({
      headers: { authorization: `Basic ${Buffer.from(`ada:${secret}`).toString('base64')}` },
    }),
  },
  {
    type: 'bearer',
    secrets: ['today', 'yesterday'],
    header: 'authorization',
    pattern: /^bearer /i,
    sign: (_, secret) => ({ headers: { authorization: `bearer ${secret}` } }),
  },
  {
    type: 'api_key',
    settings: { in: 'header', name: 'X-Api-Key' },
    secrets,
    header: 'x-api-key',
    sign: (_, secret) => ({ headers: { 'x-api-key': secret } }),
  },
];

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
/** Those that send a secret and sign nothing. */
export const sendCredentials = new Set(['gitlab', 'basic', 'bearer', 'api_key']);
