import { createPublicKey, createSign, generateKeyPairSync, sign } from 'node:crypto';
import { EventWebhook } from '@sendgrid/eventwebhook';
import { hmacValidator as HmacValidator } from '@adyen/api-library';
import { LinearWebhookClient } from '@linear/sdk/webhooks';
import { verify as verifyAsGitHub } from '@octokit/webhooks-methods';
import { Paddle } from '@paddle/paddle-node-sdk';
import { Webhook } from 'standardwebhooks';
import { Stripe } from 'stripe';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { presets } from '../../../src/sources/verify/presets.ts';
import type { Outside, SignedRequest, VerifySettings } from '../../../src/sources/verify/scheme.ts';
import { senders } from './senders.ts';

function verifier(settings: Partial<VerifySettings> & { type: string }, outside?: Outside) {
  return presets.get(settings.type)!.create({ secrets: [], ...settings }, outside);
}
const post = (body: string, headers: Record<string, string>, url = '/ingest/sender'): SignedRequest => ({
  method: 'POST',
  url,
  headers,
  body: Buffer.from(body),
});
const seconds = (at: number): string => String(Math.floor(at / 1000));
const refused = (reason: string) => ({ kind: 'refused', reason });
const verified = { kind: 'verified' };

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

it('SendGrid: its own library agrees', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const body = '[{"sg_event_id":"1"},{"sg_event_id":"2"}]\r\n';
  const timestamp = seconds(Date.now());
  const signature = sign('sha256', Buffer.from(timestamp + body), privateKey).toString('base64');
  const theirs = new EventWebhook();
  expect(theirs.verifySignature(theirs.convertPublicKeyToECDSA(key), body, signature, timestamp)).toBe(true);
  const headers = {
    'x-twilio-email-event-webhook-signature': signature,
    'x-twilio-email-event-webhook-timestamp': timestamp,
  };
  expect(await verifier({ type: 'sendgrid', secrets: [key] }).verify(post(body, headers))).toEqual(verified);
});

it('Standard Webhooks with a public key', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  const settings = { type: 'standard-webhooks', secrets: [`whpk_${raw.toString('base64')}`] };
  const timestamp = seconds(Date.now());
  const signature = sign(null, Buffer.from(`msg_1.${timestamp}.{"a":1}`), privateKey).toString('base64');
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,AAAA v1a,${signature}`,
  };
  expect(await verifier(settings).verify(post('{"a":1}', headers))).toEqual(verified);
  expect(await verifier(settings).verify(post('{"a":2}', headers))).toEqual(refused('signature_wrong'));
  expect(await verifier(settings).verify(post('{"a":1}', { ...headers, 'webhook-id': 'msg_2' }))).toEqual(
    refused('signature_wrong'),
  );
  const shared = { ...headers, 'webhook-signature': 'v1,AAAA' };
  expect(await verifier(settings).verify(post('{"a":1}', shared))).toEqual(refused('signature_missing'));
});

describe('signatures within the body', () => {
  it('Mailgun: the token and the time are signed, each token counts once', async () => {
    const settings = { type: 'mailgun', secrets: ['key'] };
    const now = Date.now();
    const { body } = verifier(settings).sign!({
      method: 'POST',
      url: '/',
      body: Buffer.from('{"event-data":{"id":"1"}}'),
      now,
    });
    const sent = JSON.parse(body!.toString()) as { signature: Record<string, unknown> };
    const at = (change: object, later = 0) =>
      verifier(settings, { now: () => now + later }).verify(
        post(JSON.stringify({ ...sent, signature: { ...sent.signature, ...change } }), {}),
      );
    expect(at({})).toEqual(verified);
    // Mailgun tries again for eight hours, with the time of the first try.
    expect(at({}, 8 * 3_600_000)).toEqual(verified);
    expect(at({}, 24 * 3_600_000)).toEqual({ kind: 'late' });
    expect(at({ token: 'another' })).toEqual(refused('signature_wrong'));
    expect(at({ timestamp: 1 })).toEqual(refused('signature_wrong'));
    expect(at({ signature: '' })).toEqual(refused('signature_wrong'));
    expect(at({ signature: undefined })).toEqual(refused('signature_missing'));
    for (const text of ['[]', 'no', '{"signature":[]}'])
      expect((await verifier(settings).verify(post(text, {}))).kind).toBe('refused');
    expect(presets.get('mailgun')!.respond).toBe(200);
  });

  it('Adyen: each item is signed; one that is not spoils the request', async () => {
    const key = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056';
    const item = (change: object = {}) => ({
      pspReference: '7914073381342284',
      merchantAccountCode: 'TestMerchant',
      merchantReference: 'TestPayment:1407325143704',
      amount: { value: 1130, currency: 'EUR' },
      eventCode: 'AUTHORISATION',
      success: 'true',
      ...change,
    });
    const theirs = new HmacValidator();
    const signedItem = () => {
      const hmacSignature = theirs.calculateHmac(item() as never, key);
      return { NotificationRequestItem: { ...item(), additionalData: { hmacSignature } } };
    };
    const check = (items: unknown) =>
      verifier({ type: 'adyen', secrets: [key] }).verify(
        post(JSON.stringify({ live: 'false', notificationItems: items }), {}),
      );
    expect(await check([signedItem(), signedItem()])).toEqual(verified);
    const changed = signedItem();
    changed.NotificationRequestItem.amount.value = 1131;
    expect(await check([signedItem(), changed])).toEqual(refused('signature_wrong'));
    expect(await check([signedItem(), { NotificationRequestItem: item() }])).toEqual(
      refused('signature_missing'),
    );
    expect(await check([signedItem(), {}])).toEqual(refused('signature_missing'));
    expect(await check([])).toEqual(refused('signature_missing'));
    expect(await check('x')).toEqual(refused('signature_missing'));
  });

  it('Linear: the time in the body', async () => {
    const settings = { type: 'linear', secrets: ['s'] };
    const now = Date.now();
    const check = (body: string, later: number) => {
      const headers = verifier(settings).sign!({
        method: 'POST',
        url: '/',
        body: Buffer.from(body),
        now,
      }).headers;
      return verifier(settings, { now: () => now + later }).verify(post(body, headers));
    };
    expect(await check(`{"webhookTimestamp":${now}}`, 0)).toEqual(verified);
    expect(await check(`{"webhookTimestamp":${now}}`, 600_000)).toEqual({ kind: 'late' });
    expect(await check('{"a":1}', 600_000)).toEqual(verified);
  });
});

describe('Amazon SNS', () => {
  const { privateKey, certificate } = amazon();
  const url = 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem';
  const fetched: string[] = [];
  const outside: Outside = {
    fetchCertificate: async (from) => {
      fetched.push(from);
      return certificate;
    },
  };
  const message = (change: Record<string, string> = {}, version: '1' | '2' = '2') => {
    const fields: Record<string, string> = {
      Type: 'Notification',
      MessageId: 'm-1',
      TopicArn: 'arn:aws:sns:eu-central-1:1:orders',
      Subject: 'hello',
      Message: '{"id":1}',
      Timestamp: '2026-01-15T10:30:00.000Z',
      ...change,
    };
    const names = [
      'Message',
      'MessageId',
      'SubscribeURL',
      'Subject',
      'Timestamp',
      'Token',
      'TopicArn',
      'Type',
    ];
    const text = names
      .filter(
        (name) => fields[name] !== undefined && !(name === 'Subject' && fields['Type'] !== 'Notification'),
      )
      .map((name) => `${name}\n${fields[name]}\n`)
      .join('');
    const signer = createSign(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256').update(text);
    return {
      ...fields,
      SignatureVersion: version,
      Signature: signer.sign(privateKey, 'base64'),
      SigningCertURL: url,
    };
  };
  const check = (sent: object, settings: Partial<VerifySettings> = {}) =>
    verifier({ type: 'sns', ...settings }, outside).verify(post(JSON.stringify(sent), {}));

  it('takes messages of both versions, and reads the certificate once', async () => {
    fetched.length = 0;
    const one = verifier({ type: 'sns' }, outside);
    for (const sent of [
      message(),
      message({}, '1'),
      message({ Type: 'SubscriptionConfirmation', Token: 't', SubscribeURL: 'u' }),
    ])
      expect(await one.verify(post(JSON.stringify(sent), {}))).toEqual(verified);
    expect(fetched).toEqual([url]);
  });

  it('refuses what was changed, other topics, and certificates from elsewhere', async () => {
    expect(await check({ ...message(), Message: '{"id":2}' })).toEqual(refused('signature_wrong'));
    expect(await check({ ...message(), Signature: 'AAAA' })).toEqual(refused('signature_wrong'));
    expect(await check(message(), { topics: ['arn:aws:sns:eu-central-1:1:other'] })).toEqual(
      refused('topic_refused'),
    );
    expect(await check(message(), { topics: ['arn:aws:sns:eu-central-1:1:orders'] })).toEqual(verified);
    fetched.length = 0;
    for (const from of [
      'https://sns.eu-central-1.amazonaws.com.evil.example/a.pem',
      'http://sns.eu-central-1.amazonaws.com/a.pem',
      'https://evil.example/sns.eu-central-1.amazonaws.com/a.pem',
      'https://sns.eu-central-1.amazonaws.com@evil.example/a.pem',
      'https://sns.eu-central-1.amazonaws.com:8443/a.pem',
      'https://sns.eu-central-1.amazonaws.com/a.txt',
      'https://s3.eu-central-1.amazonaws.com/bucket/a.pem',
      'file:///etc/passwd',
      '',
    ])
      expect(await check({ ...message(), SigningCertURL: from })).toEqual(refused('certificate_refused'));
    expect(fetched).toEqual([]);
    expect(await check({})).toEqual(refused('signature_missing'));
    expect(await check([])).toEqual(refused('body_unreadable'));
  });
});

/** A key, and a certificate that it signed for itself. */
function amazon() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const der = (tag: number, ...parts: Buffer[]): Buffer => {
    const content = Buffer.concat(parts);
    const length =
      content.length < 128
        ? Buffer.from([content.length])
        : Buffer.from([0x82, content.length >> 8, content.length & 255]);
    return Buffer.concat([Buffer.from([tag]), length, content]);
  };
  const sha256WithRsa = Buffer.from('300d06092a864886f70d01010b0500', 'hex');
  const name = der(
    0x30,
    der(0x31, der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('sns')))),
  );
  const time = (text: string) => der(0x17, Buffer.from(text));
  const content = der(
    0x30,
    Buffer.from('a003020102', 'hex'),
    Buffer.from('020101', 'hex'),
    sha256WithRsa,
    name,
    der(0x30, time('250101000000Z'), time('400101000000Z')),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, privateKey));
  const bytes = der(0x30, content, sha256WithRsa, signature).toString('base64');
  const certificate = `-----BEGIN CERTIFICATE-----\n${bytes.replaceAll(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
  return { privateKey, certificate };
}

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
