import { afterAll, beforeAll, describe } from 'vitest';
import { openNatsEngine } from '../../../src/engine/nats/index.ts';
import { type NatsServer, noNatsServer, startNatsServer } from '../../helpers/nats-server.ts';
import { oneWayScenarios } from '../../flow/one-way-scenarios.ts';
import { freshPrefix } from './support.ts';

describe.skipIf(noNatsServer !== undefined)(
  'of an event with two copies, where workers share the queues',
  () => {
    let server: NatsServer;
    beforeAll(async () => {
      server = await startNatsServer();
    });
    afterAll(() => server.stop());

    oneWayScenarios(() =>
      openNatsEngine({
        servers: [server.address],
        writer: 'worker',
        prefix: freshPrefix(),
        replicas: 1,
        ackWaitMs: 5000,
      }),
    );
  },
);
