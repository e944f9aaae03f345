import { onTestFinished } from 'vitest';
import type { Engine } from '../../../src/engine/engine.ts';
import { type NatsEngineOptions, openNatsEngine } from '../../../src/engine/nats/index.ts';
import type { NatsServer } from '../../helpers/nats-server.ts';

let runs = 0;
export const freshPrefix = (): string => `test-${process.pid}-${runs++}`;

/** An engine that is closed after the test. */
export async function open(
  server: Pick<NatsServer, 'address'>,
  options: Partial<NatsEngineOptions> = {},
): Promise<Engine> {
  const engine = await openNatsEngine({
    servers: [server.address],
    writer: 'test',
    prefix: freshPrefix(),
    replicas: 1,
    ackWaitMs: 5000,
    ...options,
  });
  onTestFinished(async () => {
    // Its server may be gone by then.
    engine.cluster?.leave();
    await engine.close();
  });
  return engine;
}
