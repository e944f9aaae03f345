import { expect, it, onTestFinished } from 'vitest';
import { noNatsServer, startNatsServer } from '../helpers/nats-server.ts';
import { ingest, post, settled, startProcess, transaction } from '../helpers/sentinel.ts';

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
