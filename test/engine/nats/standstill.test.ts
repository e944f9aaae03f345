import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import transactionContract from '../../../contracts/v1/transaction.ts';
import { loadContracts } from '../../../src/contracts/discover.ts';
import { createDeadLetters } from '../../../src/dead-letter/store.ts';
import type { UnrecoverableEvent } from '../../../src/model/event.ts';
import { encodeRecord } from '../../../src/ingest/record.ts';
import { createRequestIds } from '../../../src/ingest/request-id.ts';
import { openDuckDb } from '../../../src/load/destinations/duckdb/index.ts';
import { createLoadStage } from '../../../src/load/stage.ts';
import { packageFolder } from '../../../src/support/package-folder.ts';
import { createChain } from '../../../src/flow/chain.ts';
import { createPipelineMetrics } from '../../../src/observe/metrics.ts';
import { createOneWay } from '../../../src/flow/one-way.ts';
import { openRuleStore } from '../../../src/repair/rules/store.ts';
import { createValidate } from '../../../src/validate/stage.ts';
import { silent, transactionWith } from '../../helpers/healing.ts';
import { noNatsServer, startNatsServer } from '../../helpers/nats-server.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { table } from '../../flow/ground.ts';
import { open } from './support.ts';

const ackWaitMs = 500;

it.skipIf(noNatsServer !== undefined)(
  'a worker that stood still does not load what has become a dead letter in the hands of another',
  async () => {
    const server = await startNatsServer();
    onTestFinished(() => server.stop());
    const engine = await open(server, { ackWaitMs });
    const destination = await openDuckDb({ path: join(await temporaryFolder(), 'warehouse.duckdb') });
    await destination.prepare([table]);
    const contracts = await loadContracts([packageFolder('contracts')]);
    const rules = await openRuleStore(engine.state, { ttlDays: 7, contracts, log: silent });
    onTestFinished(async () => {
      await rules.close();
      await destination.close();
    });
    const letters = createDeadLetters(engine.state);
    const loading = createLoadStage({ destination, log: silent });
    const { holds } = destination;
    const choice = { sources: {}, defaultContract: 'transaction', unknownVersion: 'dead_letter' } as const;
    const chain = createChain({
      engine,
      contracts,
      validate: createValidate({ contracts, rules, choice }),
      loading,
      letters,
      oneWay: createOneWay({ letters, holds, state: engine.state, receivedUntil: Infinity }),
      startedAt: Date.now(),
      committed: new Map(),
      subscribed: new Set(),
      metrics: createPipelineMetrics(),
      log: silent,
    });

    const nextId = createRequestIds();
    const [given, other] = [nextId(1), nextId(1)];
    const deliveryOf = (id: string, offset: number) => {
      const header = { id, at: Date.now(), source: 'shop', n: 1 };
      const body = encodeRecord(header, JSON.stringify(transactionWith({ event_id: crypto.randomUUID() })));
      return { body, events: 1, position: { partition: 'raw_event', offset }, attempt: 1 };
    };
    let begin!: () => void;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const standstill = loading.inTurn('other work', async () => {
      await begun;
      await letters.keep([letterOf(given)]); // by another worker
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * ackWaitMs);
    });
    const loaded = chain.fromIngest([deliveryOf(given, 1), deliveryOf(other, 2)]);
    begin();
    await Promise.all([standstill, loaded]);
    expect(await destination.holds([given, other])).toEqual(new Set([other]));
    expect((await letters.get(given))?.status).toBe('open');
  },
);

const letterOf = (id: string): UnrecoverableEvent => ({
  request_id: id,
  received_at: Date.now(),
  source: 'shop',
  contract: 'transaction',
  version: transactionContract.version,
  signature: 'x',
  violations: [],
  raw: '{}',
  reason: 'no repair',
  code: 'no_repair_found',
  attempts: [],
});
