import { afterAll, beforeAll, describe } from 'vitest';
import { openNatsEngine } from '../../../src/engine/engines/nats.ts';
import { type NatsServer, noNatsServer, startNatsServer } from '../../helpers/nats-server.ts';
import { laggingCopyScenarios } from '../../pipeline/lagging-copy-scenarios.ts';
import { freshPrefix } from './support.ts';

describe.skipIf(noNatsServer !== undefined)(
  'a further destination that lags while a rule is rolled back, on NATS',
  () => {
    let server: NatsServer;
    beforeAll(async () => {
      server = await startNatsServer();
    });
    afterAll(() => server.stop());

    laggingCopyScenarios(() =>
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
