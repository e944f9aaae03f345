import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { noNatsServer, startNatsServer } from '../helpers/nats-server.ts';
import { get, post, query, startProcess } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

const secret = 'a secret of the sender';
const contract = JSON.stringify({
  // Without a key: nothing but the id of the delivery makes two events one.
  'x-contract': { name: 'gh_issue', version: '1.0.0', table: 'gh_issue' },
  type: 'object',
  properties: { action: { type: 'string' } },
  required: ['action'],
});

describe.skipIf(noNatsServer !== undefined)('one delivery that several gateways receive', () => {
  it('is one row, at once, later, and after a gateway was killed', async () => {
    const nats = await startNatsServer();
    const options = (role: string) => ({
      command: ['start', '--role', role],
      config: {
        engine: { type: 'nats', servers: [nats.address], replicas: 1 },
        contracts: ['./contracts'],
        sources: {
          github: { verify: { type: 'github', secret_env: 'GITHUB_SECRET' }, contract: 'gh_issue' },
        },
      },
      env: { GITHUB_SECRET: secret },
      files: { 'contracts/gh_issue.schema.json': contract },
    });
    const worker = await startProcess(options('worker'));
    const gateways = await Promise.all([startProcess(options('gateway')), startProcess(options('gateway'))]);
    const [one, two] = gateways;
    const send = async ({ url }: { url: string }, delivery: string) => {
      const body = '{"action":"opened"}';
      const response = await post(`${url}/ingest/github`, body, {
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
        'x-github-delivery': delivery,
      });
      expect(response.status).toBe(202);
      return ((await response.json()) as { request_id: string }).request_id;
    };
    try {
      const atOnce = await Promise.all([one, two, one, two].map((gateway) => send(gateway, 'a')));
      const inTurn = [await send(one, 'b'), await send(two, 'b'), await send(one, 'b')];
      await one.kill('SIGKILL');
      await one.restart();
      const later = [await send(one, 'a'), await send(two, 'a')];
      expect(new Set([...atOnce, ...later]).size).toBe(1);
      expect(new Set(inTurn).size).toBe(1);
      await until(
        async () => (await get<{ pending: number }>(`${two.url}/api/v1/stats`)).pending === 0,
        30_000,
      );
      expect(
        await query(two.url, 'select count(*) as n, count(distinct _request_id) as ids from gh_issue'),
      ).toEqual([{ n: 2, ids: 2 }]);
    } finally {
      await Promise.all([...gateways, worker].map((each) => each.stop()));
      await nats.stop();
    }
  }, 90_000);
});
