import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { message, numbers, text } from '../../conformance/engine/helpers.ts';
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
  'a block that is sent again, as its answer did not come, is marked where it is a second copy',
  async () => {
    const server = await startNatsServer();
    onTestFinished(() => server.stop());
    const engine = await open(server);
    // Each in a block of its own: old servers count back, so nobody can be sure of the first few.
    for (const one of numbers(65)) await engine.publish('orders', [message(one)]);
    server.process.kill('SIGSTOP');
    const sent = engine.publish('orders', [message('twice')]);
    // The first try is given up after 5 s, and is there all the same.
    await sleep(6000);
    server.process.kill('SIGCONT');
    await sent;
    const seen: unknown[] = [];
    await engine.consume('orders', 'loader', {}, async (batch) => {
      seen.push(...batch.map((one) => [text(one), one.again]));
    });
    await until(() => seen.length >= 67);
    expect(seen.slice(64, 67)).toEqual([
      ['000064', undefined],
      ['twice', undefined],
      ['twice', true],
    ]);
  },
);
