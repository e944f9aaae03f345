import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../helpers/until.ts';
import { noNatsServer, startNatsServer } from '../../helpers/nats-server.ts';
import { open } from './support.ts';

describe.skipIf(noNatsServer !== undefined)('when there is no room', () => {
  it('a topic that holds its limit refuses with engine_full until consumers catch up', async () => {
    const server = await startNatsServer();
    onTestFinished(() => server.stop());
    const engine = await open(server, { limits: { bytes: 100_000 } });
    const publish = () => engine.publish('orders', [{ body: Buffer.alloc(50_000) }]);
    await expect(until(async () => publish().then(() => false, rejectWith('engine_full')))).resolves.toBe(
      undefined,
    );
    await engine.consume('orders', 'loader', {}, async () => {});
    await until(async () =>
      publish().then(
        () => true,
        (error: unknown) => !rejectWith('engine_full')(error),
      ),
    );
  });

  it('a server whose storage is used up refuses with engine_full', async () => {
    const server = await startNatsServer('jetstream { max_file_store: 3MB }\n');
    onTestFinished(() => server.stop());
    const engine = await open(server);
    const publish = () => engine.publish('orders', [{ body: Buffer.alloc(200_000) }]);
    await until(async () => publish().then(() => false, rejectWith('engine_full')));
  });
});

/** True for that error; anything else fails the test. */
function rejectWith(code: string): (error: unknown) => boolean {
  return (error) => {
    expect(error).toMatchObject({ code });
    return true;
  };
}
