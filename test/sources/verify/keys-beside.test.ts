import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IngestServer, startIngest, token } from '../../helpers/ingest-server.ts';
import { senders } from './senders/senders.ts';

/** A key of ours opens what asks for a key. It does not stand in for a sender's signature. */
const body = '{"id":"evt_1","amount":12.50}';
const hmac = senders.find(({ type, settings }) => type === 'hmac' && settings?.algorithm === 'sha512')!;
const signing = [...['github', 'stripe'].map((type) => senders.find((one) => one.type === type)!), hmac];

let server: IngestServer;
afterEach(() => server.close());

const send = (source: string, headers: Record<string, string>) =>
  fetch(`${server.url}/ingest/${source}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
const keys = [
  ['Authorization', { authorization: `Bearer ${token}` }],
  ['X-API-Key', { 'x-api-key': token }],
  ['both', { authorization: `Bearer ${token}`, 'x-api-key': token }],
] as const;

describe.each(signing.map((sender) => [sender.type, sender] as const))('%s', (_, sender) => {
  const [secret, other] = sender.secrets;
  beforeEach(async () => {
    server = await startIngest({
      sender: { verify: { type: sender.type, secrets: [secret], ...sender.settings } },
      open: {},
    });
  });

  it.each(keys)(
    'refuses a wrong signature and none beside a valid key in %s, and stores nothing',
    async (__, key) => {
      const wrong = await sender.sign(body, other, Date.now());
      const { [sender.header]: ___, ...unsigned } = wrong.headers;
      for (const headers of [wrong.headers, unsigned, {}]) {
        const response = await send('sender', { ...headers, ...key });
        expect(response.status).toBe(401);
        expect(await response.text()).not.toContain(token);
      }
      expect(server.stored).toEqual([]);
      expect(JSON.stringify(server.log)).not.toContain(token);
      // The key is one that is taken where a key is asked for.
      expect((await send('open', key)).status).toBe(202);
      expect(server.stored.map(({ header }) => header.source)).toEqual(['open']);
    },
  );

  it('takes the right signature, whichever key comes with it', async () => {
    const { headers } = await sender.sign(body, secret, Date.now());
    const given: Record<string, string>[] = [
      { 'x-api-key': token },
      { 'x-api-key': 'wrong' },
      { authorization: 'Bearer wrong' },
    ];
    for (const key of given) expect((await send('sender', { ...headers, ...key })).status).toBe(202);
  });
});
