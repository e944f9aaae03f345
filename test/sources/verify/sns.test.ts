import { describe, expect, it } from 'vitest';
import type { Outside, VerifySettings } from '../../../src/sources/verify/scheme.ts';
import { amazon, certificateUrl } from './amazon.ts';
import { post, refused, verified, verifier } from './support.ts';

describe('Amazon SNS', () => {
  const { certificate, message } = amazon();
  const fetched: string[] = [];
  const outside: Outside = {
    fetchCertificate: async (from) => {
      fetched.push(from);
      return certificate;
    },
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
    expect(fetched).toEqual([certificateUrl]);
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
