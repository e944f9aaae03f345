import { expect, it, onTestFinished } from 'vitest';
import { message, numbers, text } from '../../conformance/engine/helpers.ts';
import { until } from '../../helpers/until.ts';
import { noNatsServer, startNatsServer } from '../../helpers/nats-server.ts';
import { open } from './support.ts';

it.skipIf(noNatsServer !== undefined)(
  'a client that its server cuts off, as it reads too slowly, connects again and gets everything',
  async () => {
    const server = await startNatsServer('write_deadline: "50ms"\n');
    onTestFinished(() => server.stop());
    let cutOff = 0;
    const engine = await open(server, { onDisconnect: () => cutOff++, ackWaitMs: 1000 });
    const all = numbers(40);
    const padding = 'x'.repeat(900_000);
    for (const one of all) await engine.publish('orders', [message(one + padding)]);
    const received = new Set<string>();
    await engine.consume('orders', 'loader', { maxBytes: 2 ** 24 }, async (batch) => {
      for (const one of batch) received.add(text(one).slice(0, 6));
      // Nothing of this process reads meanwhile.
      if (cutOff === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    });
    await until(() => received.size === all.length);
    expect([...received].toSorted()).toEqual(all);
    expect(cutOff).toBeGreaterThan(0);
  },
);
