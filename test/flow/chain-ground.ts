import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import transactionContract from '../../contracts/v1/transaction.ts';
import { loadContracts } from '../../src/contracts/discover.ts';
import { type DeadLetterStore, createDeadLetters } from '../../src/dead-letter/store.ts';
import type { Delivery, Engine } from '../../src/engine/engine.ts';
import { openEmbeddedEngine } from '../../src/engine/embedded/index.ts';
import { type UnrecoverableEvent, topics } from '../../src/model/event.ts';
import { createCopyFeed } from '../../src/load/replicas/feed.ts';
import type { Destination } from '../../src/load/destination.ts';
import { openDuckDb } from '../../src/load/destinations/duckdb/index.ts';
import { type LoadStage, createLoadStage } from '../../src/load/stage.ts';
import { packageFolder } from '../../src/support/package-folder.ts';
import { type Chain, createChain } from '../../src/flow/chain.ts';
import { createPipelineMetrics } from '../../src/observe/metrics.ts';
import { type OneWay, createOneWay } from '../../src/flow/one-way.ts';
import { openRuleStore } from '../../src/repair/rules/store.ts';
import { createValidate } from '../../src/validate/stage.ts';
import { priced, silent, transactionWith } from '../helpers/healing.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { table } from './ground.ts';

/** The chain and what it works with, all real; a test hands it its batches. There is a further destination, `lake`. */
export interface ChainGround {
  chain: Chain;
  engine: Engine;
  destination: Destination;
  loading: LoadStage;
  letters: DeadLetterStore;
  oneWay: OneWay;
  /** A repaired event, as a delivery of `schema_fixed`. */
  fixed(requestId: string, offset: number): Delivery;
  /** The same event at the end of its way. */
  dead(requestId: string, change?: Partial<UnrecoverableEvent>): UnrecoverableEvent;
}

export async function prepareChain(): Promise<ChainGround> {
  const dir = await temporaryFolder();
  const engine = await openEmbeddedEngine({ dir: join(dir, 'queue'), writer: 'main' });
  const destination = await openDuckDb({ path: join(dir, 'warehouse.duckdb') });
  await destination.prepare([table]);
  const contracts = await loadContracts([packageFolder('contracts')]);
  const rules = await openRuleStore(engine.state, { ttlDays: 7, contracts, log: silent });
  onTestFinished(async () => {
    await rules.close();
    await destination.close();
    await engine.close();
  });
  const letters = createDeadLetters(engine.state);
  const loading = createLoadStage({ destination, log: silent });
  const startedAt = Date.now();
  const { holds } = destination;
  const oneWay = createOneWay({ letters, holds, state: engine.state, receivedUntil: startedAt });
  const choice = { sources: {}, defaultContract: 'transaction', unknownVersion: 'dead_letter' } as const;
  const chain = createChain({
    engine,
    contracts,
    validate: createValidate({ contracts, rules, choice }),
    loading,
    letters,
    oneWay,
    startedAt,
    committed: new Map(),
    copies: createCopyFeed([{ name: 'lake', type: 'duckdb', path: join(dir, 'lake.duckdb') }]),
    subscribed: new Set(),
    metrics: createPipelineMetrics(),
    log: silent,
  });

  const { version } = transactionContract;
  const reception = { received_at: startedAt, source: 'shop', contract: 'transaction', version };
  const raw = JSON.stringify(priced());
  const failure = { signature: 'x', violations: [], raw, reason: 'r', code: 'c', attempts: [] };
  return {
    chain,
    engine,
    destination,
    loading,
    letters,
    oneWay,
    fixed(request_id, offset) {
      const event = transactionWith({ event_id: crypto.randomUUID() });
      const repair = { healer: 'heuristics', plan: { operations: [] }, raw, event };
      const body = Buffer.from(JSON.stringify({ ...reception, request_id, ...repair }));
      return { body, events: 1, position: { partition: topics.fixed, offset }, attempt: 1 };
    },
    dead: (request_id, change) => ({
      ...reception,
      ...failure,
      request_id,
      ...change,
    }),
  };
}
