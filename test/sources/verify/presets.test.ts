import { hmacValidator as HmacValidator } from '@adyen/api-library';
import { LinearWebhookClient } from '@linear/sdk/webhooks';
import { verify as verifyAsGitHub } from '@octokit/webhooks-methods';
import { Paddle } from '@paddle/paddle-node-sdk';
import { Webhook } from 'standardwebhooks';
import { Stripe } from 'stripe';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { presets } from '../../../src/sources/verify/presets.ts';
import type { SignedRequest, VerifySettings } from '../../../src/sources/verify/scheme.ts';
import { senders } from './senders/senders.ts';
import { post, refused, verified, verifier } from './support.ts';

it('every preset says what it needs, and has an id of deliveries where its sender gives one', () => {
  const ids = Object.fromEntries(
    [...presets].flatMap(([type, { id }]) => (id === undefined ? [] : [[type, id]])),
  );
  expect(ids).toMatchObject({
    'standard-webhooks': ['header:webhook-id', 'header:svix-id'],
    stripe: '/id',
    github: 'header:x-github-delivery',
    shopify: 'header:x-shopify-webhook-id',
    slack: '/event_id',
    sns: '/MessageId',
  });
  expect([...presets.keys()].toSorted()).toEqual(
    [...new Set([...senders.map(({ type }) => type), 'mailgun', 'none', 'sns'])].toSorted(),
  );
});

describe('what the vendors have published', () => {
  it.each<[string, Partial<VerifySettings> & { type: string }, SignedRequest, number]>([
    [
      'Slack',
      { type: 'slack', secrets: ['8f742231b10e8888abcd99yyyzzz85a5'] },
      post(
        'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
        {
          'x-slack-request-timestamp': '1531420618',
          'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
        },
      ),
      1531420618000,
    ],
    [
      'GitHub',
      { type: 'github', secrets: ["It's a Secret to Everybody"] },
      post('Hello, World!', {
        'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      }),
      0,
    ],
    [
      'Standard Webhooks',
      { type: 'standard-webhooks', secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] },
      post('{"test": 2432232314}', {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      }),
      1614265330000,
    ],
  ])('%s', async (_, settings, request, now) => {
    expect(await verifier(settings, { now: () => now }).verify(request)).toEqual(verified);
  });
});

describe("what we sign to test a connection is taken by the vendors' libraries", () => {
  const body = '{"id":"evt_1","amount":12.5}';
  const signed = (settings: Partial<VerifySettings> & { type: string }) => {
    const sample = { method: 'POST', url: '/ingest/sender', body: Buffer.from(body), now: Date.now() };
    return { url: '/ingest/sender', ...verifier(settings).sign!(sample) };
  };

  it('Stripe, Standard Webhooks, GitHub, Paddle, Linear', async () => {
    const stripe = signed({ type: 'stripe', secrets: ['whsec_1'] }).headers['stripe-signature']!;
    expect(new Stripe('sk_test_unused').webhooks.constructEvent(body, stripe, 'whsec_1').id).toBe('evt_1');
    const standard = signed({
      type: 'standard-webhooks',
      secrets: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
    });
    const webhook = new Webhook('whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD');
    expect(webhook.verify(body, standard.headers)).toEqual(JSON.parse(body));
    const github = signed({ type: 'github', secrets: ['s'] }).headers['x-hub-signature-256']!;
    expect(await verifyAsGitHub('s', body, github)).toBe(true);
    const paddle = signed({ type: 'paddle', secrets: ['s'] }).headers['paddle-signature']!;
    expect(await new Paddle('unused').webhooks.isSignatureValid(body, 's', paddle)).toBe(true);
    const sent = JSON.stringify({ webhookTimestamp: Date.now() });
    const linear = verifier({ type: 'linear', secrets: ['s'] }).sign!({
      method: 'POST',
      url: '/',
      body: Buffer.from(sent),
      now: Date.now(),
    });
    expect(new LinearWebhookClient('s').verify(Buffer.from(sent), linear.headers['linear-signature']!)).toBe(
      true,
    );
  });

  it('Twilio, and Adyen', () => {
    const url = 'https://hooks.example.com/in';
    const sent = signed({ type: 'twilio', secrets: ['token'], url });
    const query = sent.url.slice(sent.url.indexOf('?'));
    const signature = sent.headers['x-twilio-signature']!;
    expect(twilio.validateRequestWithBody('token', signature, url + query, body)).toBe(true);
    const key = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056';
    const adyen = signed({ type: 'adyen', secrets: [key] }).headers['hmacsignature']!;
    expect(new HmacValidator().validateHMACSignature(key, adyen, body)).toBe(true);
  });
});

describe('Twilio', () => {
  const url = 'https://hooks.example.com/ingest/twilio';
  const settings = { type: 'twilio', secrets: ['12345'], url };
  const form = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' };

  it.each([
    ['a form', 'From=%2B14158675309&Body=hello+w%C3%B6rld&NumMedia=0'],
    ['a field that comes twice', 'b=2&a=1&b=1&b=2'],
  ])('signs each field of %s', async (_, body) => {
    const fields = [...new URLSearchParams(body)].reduce<Record<string, string | string[]>>(
      (all, [key, value]) => {
        const before = all[key];
        return { ...all, [key]: before === undefined ? value : [before, value].flat() };
      },
      {},
    );
    const signature = twilio.getExpectedTwilioSignature('12345', url, fields);
    const headers = { ...form, 'x-twilio-signature': signature };
    expect(await verifier(settings).verify(post(body, headers))).toEqual(verified);
    expect(await verifier(settings).verify(post(`${body}&x=1`, headers))).toEqual(refused('signature_wrong'));
  });

  it('takes a URL signed with its port or without it', async () => {
    const signature = twilio.getExpectedTwilioSignature(
      '12345',
      'https://hooks.example.com:443/ingest/twilio',
      {},
    );
    expect(await verifier(settings).verify(post('', { ...form, 'x-twilio-signature': signature }))).toEqual(
      verified,
    );
  });

  it('refuses a JSON body whose digest the URL does not hold', async () => {
    const signature = twilio.getExpectedTwilioSignature('12345', url, {});
    const sent = post('{"a":1}', { 'x-twilio-signature': signature });
    expect(await verifier(settings).verify(sent)).toEqual(refused('signature_wrong'));
  });
});

it('an API key in the query', async () => {
  const settings = { type: 'api_key', in: 'query', name: 'code', secrets: ['s&1', 'old'] } as const;
  const check = (url: string) =>
    verifier({ ...settings, secrets: [...settings.secrets] }).verify(post('{}', {}, url));
  expect(await check('/ingest/x?code=s%261')).toEqual(verified);
  expect(await check('/ingest/x?a=1&code=old')).toEqual(verified);
  expect(await check('/ingest/x?code=s')).toEqual(refused('credentials_wrong'));
  expect(await check('/ingest/x?code=s%261&code=x')).toEqual(refused('credentials_wrong'));
  expect(await check('/ingest/x?Code=s%261')).toEqual(refused('credentials_missing'));
  expect(await check('/ingest/x')).toEqual(refused('credentials_missing'));
});
