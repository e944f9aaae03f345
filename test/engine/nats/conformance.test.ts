import { afterAll, beforeAll, describe } from 'vitest';
import { openNatsEngine } from '../../../src/engine/nats/index.ts';
import { engineConformance } from '../../conformance/engine.ts';
import { type NatsServer, noNatsServer, startNatsServer } from '../../helpers/nats-server.ts';

describe.skipIf(noNatsServer !== undefined)(`nats${noNatsServer ? `: ${noNatsServer}` : ''}`, () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNatsServer();
  });
  afterAll(() => server.stop());

  let runs = 0;
  engineConformance('nats', async () => {
    const open = () =>
      openNatsEngine({
        servers: [server.address],
        writer: 'test',
        prefix,
        replicas: 1,
        ackWaitMs: 30_000,
      });
    const prefix = `run-${runs++}`;
    let engine = await open();
    return {
      engine,
      async reopen() {
        await engine.close();
        engine = await open();
        return engine;
      },
      cleanup: () => engine.close(),
    };
  });
});
