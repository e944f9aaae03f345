import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { noNatsServer, startNatsServer } from '../helpers/nats-server.ts';
import { ingest, post, runCommand, settled, startProcess, transaction } from '../helpers/sentinel.ts';

// Orchestrators kill what has not ended after ten to thirty seconds.
it.skipIf(noNatsServer !== undefined).each([
  { how: 'gone', signal: 'SIGKILL', withinMs: 12_000 },
  // It is noticed after two pings without an answer.
  { how: 'silent', signal: 'SIGSTOP', withinMs: 25_000 },
] as const)('ends in good order, and soon, while NATS is $how', async ({ signal, withinMs }) => {
  const nats = await startNatsServer();
  onTestFinished(() => nats.stop());
  const service = await startProcess({
    config: { engine: { type: 'nats', servers: [nats.address], replicas: 1 } },
  });
  await settled(service.url, await ingest(service.url, transaction()));
  const sending = Array.from({ length: 20 }, () =>
    post(
      `${service.url}/ingest`,
      Array.from({ length: 500 }, () => transaction()),
    ),
  );
  await Promise.race(sending);
  nats.process.kill(signal);
  const tooLong = setTimeout(() => void service.kill('SIGKILL'), withinMs);
  onTestFinished(() => clearTimeout(tooLong));
  expect(await service.stop()).toBe(0);
  // Of what was under way some was accepted, some refused or cut off.
  await Promise.allSettled(sending);
});

it('a command ends, and says why, when NATS takes the connection and is silent', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close());
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const { code, out } = await runCommand('.', ['doctor'], {
    SENTINEL_ENGINE: 'nats',
    SENTINEL_NATS_SERVERS: `127.0.0.1:${port}`,
  });
  expect(out).toMatch(/^FAIL +engine: NATS at 127\.0\.0\.1:\d+ can't be reached/m);
  expect(code).toBe(1);
});
