import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { type NatsServer, noNatsServer, startNatsServer } from '../helpers/nats-server.ts';
import { until } from '../helpers/until.ts';
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

/** Another server at the same address, which has nothing. */
async function restartEmpty(nats: NatsServer): Promise<void> {
  await nats.stop();
  const empty = await startNatsServer('', { port: Number(nats.address.split(':')[1]) });
  onTestFinished(() => empty.stop());
}

/** As an administrator may, with all that is in them. */
async function deleteStreams(nats: NatsServer): Promise<void> {
  const connection = await connect({ servers: nats.address });
  const manager = await jetstreamManager(connection);
  for await (const { config } of manager.streams.list()) await manager.streams.delete(config.name);
  await connection.close();
}

it.skipIf(noNatsServer !== undefined).each([
  ['comes back without its storage', restartEmpty],
  ['loses its streams while it runs', deleteStreams],
])('loads all that it accepts when NATS %s, and says so where it does not', async (_, lose) => {
  const nats = await startNatsServer();
  onTestFinished(() => nats.stop());
  const service = await startProcess({
    config: { engine: { type: 'nats', servers: [nats.address], replicas: 1 } },
  });
  onTestFinished(async () => void (await service.stop()));
  await settled(service.url, await ingest(service.url, transaction()));
  const refusals = new Set<number>();
  const accepted: string[] = [];
  const send = async (): Promise<boolean> => {
    const response = await post(`${service.url}/ingest`, transaction());
    if (response.status === 202)
      accepted.push(((await response.json()) as { request_id: string }).request_id);
    else refusals.add(response.status);
    return response.status === 202;
  };
  await lose(nats);
  await until(async () => (await send()) && (await fetch(`${service.url}/ready`)).status === 200);
  await until(send);
  // While its stream is made anew, nobody can say yet that an event was accepted.
  for (const id of accepted)
    await until(async () => (await fetch(`${service.url}/api/v1/events/${id}`)).status === 200);
  for (const id of accepted) expect(await settled(service.url, id)).toMatchObject({ status: 'loaded' });
  expect([...refusals].filter((status) => status !== 503)).toEqual([]);
  await until(() => service.log().some(({ code }) => code === 'storage_lost'));
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
