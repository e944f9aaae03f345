import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedSentinel, createLogger, createSentinel } from 'data-sentinel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, post, settled, transaction } from '../../test/helpers/sentinel.ts';
import { shopApp } from './fastify.ts';
import { shopServer } from './node-http.ts';

describe('the service within another program', () => {
  let folder: string;
  let sentinel: EmbeddedSentinel;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sentinel-embedded-'));
    sentinel = await createSentinel(
      { dataDir: folder, http: { basePath: '/sentinel' } },
      { cwd: folder, log: createLogger({ level: 'silent', format: 'json' }) },
    );
  });
  afterAll(async () => {
    await sentinel.stop();
    await rm(folder, { recursive: true });
  });

  it('serves ingest, API and console through a server of node:http, and takes events in-process', async () => {
    const server = shopServer(sentinel).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const big = '{"amount": 12.3456789012345678901, "currency": "EUR"}';
      const [first, second] = await sentinel.ingest([transaction(), big], { source: 'shop' });
      expect(await settled(`${url}/sentinel`, first!)).toMatchObject({ status: 'loaded', source: 'shop' });
      expect(await settled(`${url}/sentinel`, second!)).toMatchObject({ status: 'dead_letter' });
      expect((await post(`${url}/sentinel/ingest/shop`, transaction())).status).toBe(202);
      expect(await (await fetch(`${url}/sentinel/console`)).text()).toContain('content="/sentinel"');
      expect(await (await fetch(url)).text()).toBe('the shop');
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it('is a plugin of Fastify, beside the routes of the application', async () => {
    const app = await shopApp(sentinel);
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const answer = await post(`${url}/checkout`, transaction());
    const { request_id: id } = (await answer.json()) as { request_id: string };
    expect(await settled(`${url}/sentinel`, id)).toMatchObject({ status: 'loaded', source: 'checkout' });
    const packed = await post(`${url}/sentinel/ingest`, [transaction(), transaction()]);
    expect(await packed.json()).toMatchObject({ accepted: 2 });
    expect(await get(`${url}/sentinel/api/v1/stats`)).toMatchObject({ destination: { state: 'ok' } });
    expect(await get(url)).toEqual({ shop: 'open' });
    await app.close();
  });

  it('refuses what is no event, and takes none of its batch', async () => {
    const before = await sentinel.ingest([]);
    expect(before).toEqual([]);
    await expect(sentinel.ingest([transaction(), [1, 2]])).rejects.toMatchObject({ code: 'event_refused' });
    await expect(sentinel.ingest(['{'], { source: 'shop' })).rejects.toMatchObject({ code: 'event_refused' });
    await expect(sentinel.ingest([transaction()], { source: '../x' })).rejects.toMatchObject({
      code: 'event_refused',
    });
  });
});
