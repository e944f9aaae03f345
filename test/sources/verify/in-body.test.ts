import { createHmac } from 'node:crypto';
import { hmacValidator as HmacValidator } from '@adyen/api-library';
import { describe, expect, it } from 'vitest';
import { presets } from '../../../src/sources/verify/presets.ts';
import { post, refused, verified, verifier } from './support.ts';

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

  it('Mailgun: the fields of a form are signed in the same way, and its token is the id', async () => {
    const now = Date.now();
    const timestamp = String(Math.floor(now / 1000));
    const signature = createHmac('sha256', 'key').update(`${timestamp}abc`).digest('hex');
    const check = (fields: string, type = 'application/x-www-form-urlencoded; charset=utf-8') =>
      verifier({ type: 'mailgun', secrets: ['key'] }, { now: () => now }).verify(
        post(fields, { 'content-type': type }),
      );
    const form = `subject=a%20b&timestamp=${timestamp}&token=abc&signature=${signature}`;
    expect(await check(form)).toEqual(verified);
    expect(await check(form.replace('token=abc', 'token=abd'))).toEqual(refused('signature_wrong'));
    expect(await check(`${form}&token=abd`)).toEqual(refused('signature_missing'));
    expect(await check(form, 'text/plain')).toEqual(refused('body_unreadable'));
    expect(presets.get('mailgun')!.id).toEqual(['/signature/token', '/token']);
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
