import { createHmac } from 'node:crypto';
import { hmacValidator as HmacValidator } from '@adyen/api-library';
import { afterEach, describe, expect, it } from 'vitest';
import type { VerifySettings } from '../../../src/sources/verify/scheme.ts';
import { type IngestServer, startIngest } from '../../helpers/ingest-server.ts';
import { amazon } from './amazon.ts';

/** The senders whose signature stands within the body, with everything that they or an attacker may send. */
interface Sender {
  secrets: [string, string];
  settings?: Partial<VerifySettings>;
  /** A body signed with a secret. */
  sign: (secret: string, at: number) => Record<string, unknown>;
  /** The object that holds the signature, and under which name. */
  place: (body: Record<string, unknown>) => [Record<string, unknown>, string];
  /** Another value of something that is signed. */
  change: (body: Record<string, unknown>) => void;
  /** After what time a signature is too old. */
  maxAge?: number;
  status: number;
}
type Fields = Record<string, unknown>;

const hour = 3_600_000;
const [own, other] = [amazon(), amazon()];
const adyen = new HmacValidator();
const adyenItem = (body: Fields) =>
  (body['notificationItems'] as { NotificationRequestItem: Fields }[])[0]!.NotificationRequestItem;

const senders: Record<string, Sender> = {
  mailgun: {
    secrets: ['today', 'yesterday'],
    sign(secret, at) {
      const timestamp = String(Math.floor(at / 1000));
      const token = 'a'.repeat(50);
      const signature = createHmac('sha256', secret)
        .update(timestamp + token)
        .digest('hex');
      return { signature: { timestamp, token, signature }, 'event-data': { id: '1' } };
    },
    place: (body) => [body['signature'] as Fields, 'signature'],
    change: (body) => void ((body['signature'] as Fields)['token'] = 'b'.repeat(50)),
    maxAge: 12 * hour,
    status: 200,
  },
  adyen: {
    secrets: ['44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056', 'AABBCCDD'],
    sign(secret) {
      const item = {
        pspReference: '7914073381342284',
        merchantAccountCode: 'TestMerchant',
        merchantReference: 'TestPayment',
        amount: { value: 1130, currency: 'EUR' },
        eventCode: 'AUTHORISATION',
        success: 'true',
      };
      const hmacSignature = adyen.calculateHmac(item as never, secret);
      return {
        live: 'false',
        notificationItems: [{ NotificationRequestItem: { ...item, additionalData: { hmacSignature } } }],
      };
    },
    place: (body) => [adyenItem(body)['additionalData'] as Fields, 'hmacSignature'],
    change: (body) => void ((adyenItem(body)['amount'] as Fields)['value'] = 1131),
    status: 202,
  },
  sns: {
    // Signed with Amazon's key: a certificate of another key is the wrong secret.
    secrets: ['own', 'own'],
    sign: (secret) => (secret === 'own' ? own : other).message(),
    place: (body) => [body, 'Signature'],
    change: (body) => void (body['Message'] = '{"id":2}'),
    status: 202,
  },
};

let server: IngestServer;
let now = Date.now();
afterEach(() => server.close());

describe.each(Object.entries(senders))('%s', (type, sender) => {
  const [secret, oldSecret] = sender.secrets;
  const start = async (secrets: string[]) =>
    (server = await startIngest(
      { sender: { verify: { type, secrets: type === 'sns' ? [] : secrets, ...sender.settings } } },
      { outside: { now: () => now, fetchCertificate: async () => own.certificate } },
    ));
  const send = (body: unknown) =>
    fetch(`${server.url}/ingest/sender`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer any-key' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  async function refused(body: unknown): Promise<void> {
    const answer = await send(body);
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toMatch(/[0-9a-f]{40}/);
    expect(server.stored).toEqual([]);
  }
  const withSignature = (change: (signature: string) => unknown) => {
    const body = structuredClone(sender.sign(secret, now));
    const [object, key] = sender.place(body);
    object[key] = change(object[key] as string);
    return body;
  };

  it('right: taken, answered as the vendor wants it', async () => {
    await start([secret]);
    expect((await send(sender.sign(secret, now))).status).toBe(sender.status);
    expect(server.stored).toHaveLength(1);
  });

  it('the old secret counts while it is rotated, another one never', async () => {
    await start([secret, oldSecret]);
    expect((await send(sender.sign(oldSecret, now))).status).toBe(sender.status);
    server.close();
    await start([secret]);
    await refused(sender.sign(type === 'adyen' ? 'DDCC' : 'another', now));
  });

  it('missing, truncated, longer, otherwise encoded, of another type', async () => {
    await start([secret]);
    for (const change of [
      () => undefined,
      () => '',
      () => 1,
      () => null,
      (text: string) => [text],
      (text: string) => text.slice(0, -1),
      (text: string) => text.slice(0, text.length / 2),
      (text: string) => `${text}00`,
      (text: string) =>
        /^[0-9a-f]+$/.test(text)
          ? Buffer.from(text, 'hex').toString('base64')
          : Buffer.from(text, 'base64').toString('hex'),
    ])
      await refused(withSignature(change));
    for (const body of ['{}', '[]', 'null', '{"signature":', '']) await refused(body);
  });

  it('what is signed is changed', async () => {
    await start([secret]);
    const body = structuredClone(sender.sign(secret, now));
    sender.change(body);
    await refused(body);
  });

  it.skipIf(sender.maxAge === undefined)('an old time, and one to come', async () => {
    now = Date.now();
    await start([secret]);
    await refused(sender.sign(secret, now - sender.maxAge! - hour));
    await refused(sender.sign(secret, now + sender.maxAge! + hour));
  });
});
