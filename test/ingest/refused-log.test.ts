import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { SentinelError } from '../../src/model/errors.ts';
import { createDeliveries } from '../../src/ingest/create-deliveries.ts';
import { memoryState } from '../../src/testing/memory-state.ts';
import { IngestHandler } from '../../src/ingest/handler.ts';
import { createLogger } from '../../src/support/log.ts';

it('a queue that takes nothing does not fill the log, however many requests come', async () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const ingest = new IngestHandler({
    authorize: () => undefined,
    rateLimit: () => undefined,
    clientAddress: () => 'test',
    deliveries: createDeliveries(
      { state: memoryState(), publish: async () => undefined },
      'raw_event',
      () => undefined,
    ),
    limits: { maxBodyBytes: 2 ** 20, maxEvents: 4, maxDepth: 8 },
    log: createLogger({ level: 'info', format: 'json' }, { destination }),
    publish: () => Promise.reject(new SentinelError('engine_full', 'full')),
  });
  const server = createServer((request, response) => ingest.handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ingest`;
  const post = () =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' });
  const started = Date.now();
  const statuses = (await Promise.all(Array.from({ length: 100 }, post))).map(({ status }) => status);
  const seconds = Math.ceil((Date.now() - started) / 1000) + 1;
  expect(new Set(statuses)).toEqual(new Set([503]));
  const refusals = lines.filter((line) => line.includes('not_stored'));
  expect(refusals.length).toBeGreaterThan(0);
  expect(refusals.length).toBeLessThanOrEqual(3 * seconds);
  server.closeAllConnections();
  server.close();
});
