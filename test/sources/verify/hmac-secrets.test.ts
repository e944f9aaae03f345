import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { post, refused, verified, verifier } from './support.ts';

/** RFC 4231, test cases 1, 2 and 3 (the third key is no UTF-8): key in hex, data, HMAC-SHA-256 and HMAC-SHA-512. */
const cases: [key: string, data: Buffer, sha256: string, sha512: string][] = [
  [
    '0b'.repeat(20),
    Buffer.from('Hi There'),
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
  ],
  [
    '4a656665',
    Buffer.from('what do ya want for nothing?'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
  ],
  [
    'aa'.repeat(20),
    Buffer.alloc(50, 0xdd),
    '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    'fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb',
  ],
];

describe.each(cases)('HMAC with the key %s', (key, body, sha256, sha512) => {
  it.each([
    ['hex', key],
    ['hex', key.toUpperCase()],
    ['base64', Buffer.from(key, 'hex').toString('base64')],
  ] as const)('that the secret spells in %s', async (secretEncoding, secret) => {
    for (const [algorithm, signature] of [
      ['sha256', sha256],
      ['sha512', sha512],
    ] as const) {
      const settings = { type: 'hmac', header: 'x', algorithm, secretEncoding, secrets: [secret] };
      const request = { ...post('', { x: signature }), body };
      expect(await verifier(settings).verify(request)).toEqual(verified);
      expect(verifier(settings).sign!({ method: 'POST', url: '/', body, now: 0 }).headers).toEqual({
        x: signature,
      });
      expect(await verifier({ ...settings, secretEncoding: 'utf8' }).verify(request)).toEqual(
        refused('signature_wrong'),
      );
    }
  });
});

it('an outgoing webhook of Microsoft Teams', async () => {
  const teams = verifier({
    type: 'hmac',
    header: 'authorization',
    prefix: 'HMAC ',
    encoding: 'base64',
    secretEncoding: 'base64',
    secrets: ['dGhlIHNlY3JldCBvZiB0ZWFtcyArLw=='],
  });
  const body = '{"type":"message","id":"1485983408511","text":"<at>Sentinel</at> hi"}';
  // By `openssl dgst -sha256 -mac HMAC -macopt hexkey:…`.
  const signature = 'gWjiS6r4d+j/xD4BUKlN/G/KF0+hi7Hp/uZZsid+G1E=';
  expect(await teams.verify(post(body, { authorization: `HMAC ${signature}` }))).toEqual(verified);
  for (const authorization of [signature, `Bearer ${signature}`, `HMAC${signature}`, 'HMAC '])
    expect(await teams.verify(post(body, { authorization }))).toEqual(refused('signature_missing'));
  expect(await teams.verify(post(`${body} `, { authorization: `HMAC ${signature}` }))).toEqual(
    refused('signature_wrong'),
  );
});

it('refuses to work with a key that has no bytes', () => {
  const start = () => verifier({ type: 'hmac', header: 'x', secretEncoding: 'base64', secrets: ['?'] });
  expect(start).toThrow('secret_encoding');
});

describe('how senders that are not listed sign', () => {
  const secret = 'sender-secret-1';
  const now = 1_700_000_000_000;
  const body = '{"id":"evt_1"}';
  const sign = (text: string, encoding: 'hex' | 'base64' | 'base64url' = 'hex') =>
    createHmac('sha256', secret).update(text).digest(encoding);
  const check = (settings: object, headers: Record<string, string>, url = '/ingest/x?a=1') =>
    verifier(
      { type: 'hmac', header: 'x-signature', secrets: [secret], ...settings },
      { now: () => now },
    ).verify({
      ...post(body, headers),
      url,
    });
  const listed = { prefix: 'signature=', signed: '{timestamp}.{body}', timestampHeader: 'x-signature' };
  const bare = { ...listed, prefix: '' };

  it.each([
    ['a time under another name', listed, `timestamp=1700000000,signature=${sign(`1700000000.${body}`)}`],
    ['a version before the time', listed, `v=1;time=1700000000;signature=${sign(`1700000000.${body}`)}`],
    [
      'a bare time before the signature',
      { ...listed, prefix: 'v1=' },
      `1700000000000,v1=${sign(`1700000000000.${body}`)}`,
    ],
    ['a bare time before bare signatures', bare, `1700000000,${sign('old')},${sign(`1700000000.${body}`)}`],
    ['base64url', { encoding: 'base64url' }, sign(body, 'base64url')],
    [
      'the path that it was given, with the query of the request',
      { signed: '{method} {path} {body}', url: 'https://gate.example.com/hooks/x?old=1' },
      sign(`POST /hooks/x?a=1 ${body}`),
    ],
  ])('%s', async (_, settings, signature) => {
    expect(await check(settings, { 'x-signature': signature })).toEqual(verified);
    expect(
      await check(settings, { 'x-signature': signature.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')) }),
    ).toEqual(refused('signature_wrong'));
  });

  it('a list without a time is refused', async () => {
    const signature = `v=1,signature=${sign(`1.${body}`)}`;
    expect(await check(listed, { 'x-signature': signature })).toEqual(refused('timestamp_missing'));
  });
});

it.each([
  ['gitlab', {}, 'x-gitlab-token', ''],
  ['bearer', {}, 'authorization', 'Bearer '],
  ['api_key', { in: 'header' as const, name: 'x-key' }, 'x-key', ''],
])(
  '%s: a secret beyond ASCII is taken as the bytes of UTF-8 and of Latin-1',
  async (type, settings, header, before) => {
    const secret = 's3cr3t-é-key-long';
    const one = verifier({ type, secrets: [secret], ...settings });
    const asUtf8 = Buffer.from(secret).toString('latin1');
    for (const text of [secret, asUtf8])
      expect(await one.verify(post('{}', { [header]: before + text }))).toEqual(verified);
    expect(await one.verify(post('{}', { [header]: `${before}s3cr3t-e-key-long` }))).toEqual(
      refused('credentials_wrong'),
    );
    expect(one.sign!({ method: 'POST', url: '/', body: Buffer.from(''), now: 0 }).headers).toEqual({
      [header]: before + asUtf8,
    });
  },
);
