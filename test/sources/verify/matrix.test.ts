import { afterEach, describe, expect, it } from 'vitest';
import { type IngestServer, startIngest } from '../../helpers/ingest-server.ts';
import { credentials } from './senders/credentials.ts';
import type { Sender, SentRequest } from './senders/sender.ts';
import { senders } from './senders/senders.ts';

/** Every form of verification, with everything that a sender or an attacker may send. */
let server: IngestServer | undefined;
afterEach(() => server?.close());

const plainBody = '{"id":"evt_1","amount":12.50}';
const oddBodies: [string, string][] = [
  ['escapes and letters of other scripts', '{"id":"evt_2","note":"\\u00e9é😀\\/","a":{"b":[1.10,1e2]}}'],
  ['line breaks and white space', '{\r\n\t"id": "evt_3" ,\n  "b" : 2\n}\n\n'],
  ['numbers that JavaScript would round', '{"id":"evt_4","n":12345678901234567890.10}'],
  ['keys that look like numbers', '{"10":1,"9":2,"id":"evt_5"}'],
];

describe.each(senders.map((sender) => [`${sender.type} (${sender.header})`, sender] as const))(
  '%s',
  (_, sender) => {
    const [secret, oldSecret] = sender.secrets;
    const start = async (configured: string[]) =>
      (server = await startIngest({
        sender: { verify: { type: sender.type, secrets: configured, ...sender.settings } },
      }));
    const now = () => Date.now();

    it('takes what is signed with the secret', async () => {
      await start([secret]);
      expect(await send(await sender.sign(plainBody, secret, now()), plainBody)).toMatchObject({
        status: 202,
      });
      expect(texts()).toEqual([plainBody]);
    });

    it('takes the old secret while it is rotated, and only then', async () => {
      await start([secret, oldSecret]);
      const sent = await sender.sign(plainBody, oldSecret, now());
      expect((await send(sent, plainBody)).status).toBe(202);
      server!.close();
      await start([secret]);
      await refused(sent, plainBody);
    });

    it('refuses another secret', async () => {
      await start([secret]);
      const other =
        sender.type === 'standard-webhooks' ? 'whsec_AAAA' : sender.type === 'adyen' ? 'AAAA' : 'x';
      await refused(await sender.sign(plainBody, other, now()), plainBody);
    });

    it('refuses a request without a signature, and an empty one', async () => {
      await start([secret]);
      const { headers, ...rest } = await sender.sign(plainBody, secret, now());
      await refused({ ...rest, headers: without(headers, sender.header) }, plainBody);
      await refused({ ...rest, headers: { ...headers, [sender.header]: '' } }, plainBody);
    });

    it('refuses a signature that is cut, longer, or written otherwise', async () => {
      await start([secret]);
      const sent = await sender.sign(plainBody, secret, now());
      const [start_, signature] = split(sender, sent);
      const written = credentials.includes(sender)
        ? [signature.slice(0, -1), `${signature}x`]
        : [
            signature.slice(0, -1),
            signature.slice(0, Math.floor(signature.length / 2)),
            `${signature}00`,
            reencoded(signature),
            flipped(signature),
          ];
      for (const text of written)
        await refused({ ...sent, headers: { ...sent.headers, [sender.header]: start_ + text } }, plainBody);
      if (start_ !== '' && sender.type !== 'basic' && sender.type !== 'bearer')
        await refused({ ...sent, headers: { ...sent.headers, [sender.header]: signature } }, plainBody);
    });

    it.skipIf(credentials.includes(sender))('refuses a body of which one byte is another', async () => {
      await start([secret]);
      const sent = await sender.sign(plainBody, secret, now());
      await refused(sent, plainBody.replace('12.50', '12.51'));
      await refused(sent, `${plainBody} `);
      await refused(sent, plainBody.replace(',', ', '));
    });

    it.skipIf(sender.timed !== true)(
      'refuses an old time, one to come, none, and another than was signed',
      async () => {
        await start([secret]);
        const minute = 60_000;
        await refused(await sender.sign(plainBody, secret, now() - 6 * minute), plainBody);
        await refused(await sender.sign(plainBody, secret, now() + 6 * minute), plainBody);
        expect((await send(await sender.sign(plainBody, secret, now() - 4 * minute), plainBody)).status).toBe(
          202,
        );
        const old = await sender.sign(plainBody, secret, now() - 6 * minute);
        const fresh = await sender.sign(plainBody, secret, now());
        const mixed = mix(old, fresh, sender);
        for (const headers of mixed) await refused({ ...old, headers }, plainBody, 1);
      },
    );

    it.each(oddBodies)('takes a body byte for byte: %s', async (name, body) => {
      await start([secret]);
      expect((await send(await sender.sign(body, secret, now()), body)).status, name).toBe(202);
      expect(JSON.parse(texts()[0]!)).toEqual(JSON.parse(body));
    });
  },
);

/** The old signature with the new time, and without a time, where the time has a header or a place of its own. */
function mix(old: SentRequest, fresh: SentRequest, sender: Sender): Record<string, string>[] {
  const header = Object.keys(old.headers).find((name) => /time/i.test(name));
  if (header !== undefined && header !== sender.header)
    return [{ ...old.headers, [header]: fresh.headers[header]! }, without(old.headers, header)];
  const time = /\d{10}/.exec(fresh.headers[sender.header]!)![0];
  const text = old.headers[sender.header]!;
  return [
    { ...old.headers, [sender.header]: text.replace(/\d{10}/, time) },
    { ...old.headers, [sender.header]: text.replace(/\d{10}/, '') },
  ];
}

function split(sender: Sender, { headers }: SentRequest): [string, string] {
  const text = headers[sender.header]!;
  const start = sender.pattern?.exec(text)?.[0] ?? '';
  return [start, text.slice(start.length)];
}

/** Hex for base64, and the other way round. */
function reencoded(signature: string): string {
  const isHex = /^[0-9a-f]+$/.test(signature);
  return isHex
    ? Buffer.from(signature, 'hex').toString('base64')
    : Buffer.from(signature, 'base64').toString('hex');
}

function flipped(signature: string): string {
  const at = Math.floor(signature.length / 2);
  return signature.slice(0, at) + (signature[at] === 'a' ? 'b' : 'a') + signature.slice(at + 1);
}

function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}

const texts = (): string[] => server!.stored.map(({ text }) => text);

async function send({ headers, path = '/ingest/sender' }: SentRequest, body: string): Promise<Response> {
  return fetch(server!.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
}

/** Nothing is stored, and the answer says nothing that would help. A key does not help either. */
async function refused(sent: SentRequest, body: string, before = 0): Promise<void> {
  const response = await send(sent, body);
  expect(response.status).toBe(401);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.text()).not.toMatch(/[0-9a-f]{40}|secret of/);
  expect(texts()).toHaveLength(before);
}
