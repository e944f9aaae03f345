import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { EventWebhook } from '@sendgrid/eventwebhook';
import { expect, it } from 'vitest';
import { post, refused, seconds, verified, verifier } from './support.ts';

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
