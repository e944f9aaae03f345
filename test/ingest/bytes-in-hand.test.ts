import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { createBytesInHand } from '../../src/ingest/bytes-in-hand.ts';
import { startIngest } from '../helpers/ingest-server.ts';

/** All requests together hold no more than a bound; what would go beyond it is told to come again. */
it('lets one request in whatever its size, and others while there is room', async () => {
  const all = createBytesInHand(100);
  const [first, second] = [all.enter(), all.enter()];
  expect(first.take(150)).toBe(true);
  expect(second.take(1)).toBe(false);
  const waits = second.takeInTime(60);
  first.give(100);
  first.leave();
  expect(await waits).toBe(true);
  expect(first.take(41)).toBe(false);
  second.leave();
  expect(first.take(100)).toBe(true);
});

it('many small archives that unpack to much are taken or told to come again, and then there is room', async () => {
  const server = await startIngest(
    { open: { verify: { type: 'none', public: true, secrets: [] } } },
    { maxBytesInHand: 2 ** 21 },
  );
  // Two fit into the bound at a time.
  const archive = gzipSync(Buffer.from(`{"a":"${'x'.repeat(900_000)}"}`));
  const send = () =>
    fetch(`${server.url}/ingest/open`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: archive,
    });
  const answers = await Promise.all(Array.from({ length: 24 }, send));
  for (const { status, headers } of answers) {
    expect([202, 503]).toContain(status);
    expect(headers.get('retry-after')).toBe(status === 503 ? '1' : null);
  }
  expect((await send()).status).toBe(202);
  server.close();
});
