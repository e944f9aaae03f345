import { expect, it, onTestFinished } from 'vitest';
import { message } from '../../conformance/engine/helpers.ts';
import { noNatsServer, startNatsServer } from '../../helpers/nats-server.ts';
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
