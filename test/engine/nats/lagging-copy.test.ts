import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import transactionContract from '../../../contracts/v1/transaction.ts';
import { openNatsEngine } from '../../../src/engine/nats/index.ts';
import { createRequestIds } from '../../../src/ingest/request-id.ts';
import { copyOf } from '../../../src/load/replicas/feed.ts';
import { copyTopic, encodeCopy } from '../../../src/load/replicas/message.ts';
import { openDuckDb } from '../../../src/load/destinations/duckdb/index.ts';
import { createRowMaker } from '../../../src/load/row.ts';
import { priced, transactionWith } from '../../helpers/healing.ts';
import { type NatsServer, noNatsServer, startNatsServer } from '../../helpers/nats-server.ts';
import { idle, prepareGround, table } from '../../flow/ground.ts';
import { laggingCopyScenarios } from '../../flow/lagging-copy-scenarios.ts';
import { freshPrefix } from './support.ts';

describe.skipIf(noNatsServer !== undefined)(
  'a further destination that lags while a rule is rolled back, on NATS',
  () => {
    let server: NatsServer;
    beforeAll(async () => {
      server = await startNatsServer();
    });
    afterAll(() => server.stop());

    const openEngine = () =>
      openNatsEngine({
        servers: [server.address],
        writer: 'worker',
        prefix: freshPrefix(),
        replicas: 1,
        ackWaitMs: 5000,
      });
    laggingCopyScenarios(openEngine);

    it('does not get a duplicate a second time, when the row that has its key has been taken out', async () => {
      const lakeAt = (dir: string) => join(dir, 'lake.duckdb');
      const { dir, engine, id, start, stop } = await prepareGround(openEngine, (dir) => ({
        destinations: [{ name: 'lake', type: 'duckdb', path: lakeAt(dir) }],
      }));
      const event = transactionWith({});
      const [result, original] = [JSON.stringify(event), JSON.stringify(priced())];
      const repair = {
        healer: 'rule' as const,
        ruleId: 'wrong',
        original,
        plan: '{"operations":[]}',
        result,
      };
      const reception = { requestId: id, receivedAt: Date.now(), source: 'shop' };
      const rowOf = (requestId: string) =>
        createRowMaker(transactionContract)(event, {
          ...reception,
          requestId,
          repair,
          text: undefined,
          changed: undefined,
        });
      const lake = await openDuckDb({ path: lakeAt(dir) });
      await lake.prepare([table]);
      for (const one of [createRequestIds()(1), id]) await lake.load([rowOf(one)], [], async () => undefined);
      await lake.repairs.takeOut('wrong', { limit: 10, at: Date.now() });
      await lake.close();
      const { header, text } = copyOf(rowOf(id), original);
      await engine.publish(copyTopic('lake'), [{ body: encodeCopy(header, text) }]);
      await start();
      await idle(engine);
      await stop();
      const after = await openDuckDb({ path: lakeAt(dir) });
      onTestFinished(() => after.close());
      expect((await after.find(id))?.status).toBe('duplicate');
      expect(await after.counts()).toMatchObject({ loaded: 0, duplicate: 1 });
    });
  },
);
