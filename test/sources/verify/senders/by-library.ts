import { hmacValidator as HmacValidator } from '@adyen/api-library';
import { sign as signAsGitHub } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import { Stripe } from 'stripe';
import twilio from 'twilio';
import { type Sender, publicUrl, secrets } from './sender.ts';
import { seconds } from '../support.ts';

const stripe = new Stripe('sk_test_unused');
const adyen = new HmacValidator();

/** Those for whom the vendor's own library signs. */
export const byLibrary: Sender[] = [
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
];
