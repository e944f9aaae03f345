import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { message, text } from '../../conformance/engine/helpers.ts';
import { noNatsServer, startNatsServer } from '../../helpers/nats-server.ts';
import { until } from '../../helpers/until.ts';
import { open } from './support.ts';

it.skipIf(noNatsServer !== undefined)(
  'while no server is reached, a publish is refused soon, and then at once; when one is back, it is taken',
  async () => {
    const server = await startNatsServer();
    onTestFinished(() => server.stop());
    const engine = await open(server);
    await engine.publish('orders', [message('before')]);
    server.process.kill('SIGKILL');
    // One after the other: with the wait for an election each, ten would take two minutes.
    for (let n = 0; n < 10; n++)
      await expect(engine.publish('orders', [message('lost')])).rejects.toMatchObject({
        code: 'engine_unavailable',
        retryable: true,
      });
    const again = await startNatsServer('', { port: Number(server.address.split(':')[1]) });
    onTestFinished(() => again.stop());
    await expect
      .poll(() => engine.publish('orders', [message('after')]).then(() => 'taken', String), {
        timeout: 20_000,
      })
      .toBe('taken');
  },
);

it.skipIf(noNatsServer !== undefined)(
  'a block whose answer did not come is sent again, and may be there twice',
  async () => {
    const server = await startNatsServer();
    onTestFinished(() => server.stop());
    const answers = await holdableAnswers(server.address);
    const engine = await open(answers);
    await engine.publish('orders', [message('first')]);
    answers.hold();
    const sent = engine.publish('orders', [message('twice')]);
    // The first try is given up after 5 s; after 6 s the connection could be, too.
    await sleep(5400);
    answers.release();
    await sent;
    const seen: unknown[] = [];
    await engine.consume('orders', 'loader', {}, async (batch) => {
      seen.push(...batch.map(text));
    });
    await until(() => seen.length >= 3);
    expect(seen).toEqual(['first', 'twice', 'twice']);
  },
);

/** A way to the server whose answers can be held back. */
async function holdableAnswers(server: string) {
  const [host, port] = server.split(':');
  const held: (() => void)[] = [];
  let holding = false;
  const proxy = createServer((client) => {
    const upstream = connect(Number(port), host);
    client.pipe(upstream);
    upstream.on('data', (bytes) => {
      if (holding) held.push(() => client.write(bytes));
      else client.write(bytes);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void proxy.close());
  await once(proxy, 'listening');
  return {
    address: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    hold: () => (holding = true),
    release() {
      holding = false;
      for (const write of held) write();
    },
  };
}
