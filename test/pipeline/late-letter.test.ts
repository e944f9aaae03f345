import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import transactionContract from '../../contracts/v1/transaction.ts';
import { loadContracts } from '../../src/contracts/discover.ts';
import { createDeadLetters } from '../../src/dead-letter/store.ts';
import { openEmbeddedEngine } from '../../src/engine/engines/embedded.ts';
import { type UnrecoverableEvent, topics } from '../../src/event.ts';
import { createRequestIds } from '../../src/ingest/request-id.ts';
import { createCopyFeed } from '../../src/load/copies/feed.ts';
import { copyTopic, readCopyMessage } from '../../src/load/copies/message.ts';
import { openDuckDb } from '../../src/load/destinations/duckdb.ts';
import { createLoadStage } from '../../src/load/stage.ts';
import { packageFolder } from '../../src/package-folder.ts';
import { createChain } from '../../src/pipeline/chain.ts';
import { createPipelineMetrics } from '../../src/pipeline/metrics.ts';
import { createOneWay } from '../../src/pipeline/one-way.ts';
import { openRuleStore } from '../../src/repair/rule-store.ts';
import { createValidate } from '../../src/validate/stage.ts';
import { priced, silent, transactionWith } from '../helpers/healing.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { table } from './ground.ts';

it('a repair that waits for its turn while a rollback makes a letter of the event is not loaded, here or elsewhere', async () => {
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
  const { holds } = destination;
  const startedAt = Date.now();
  const choice = { sources: {}, defaultContract: 'transaction', unknownVersion: 'dead_letter' } as const;
  const chain = createChain({
    engine,
    contracts,
    validate: createValidate({ contracts, rules, choice }),
    loading,
    letters,
    oneWay: createOneWay({ letters, holds, state: engine.state, receivedUntil: startedAt }),
    startedAt,
    committed: new Map(),
    copies: createCopyFeed([{ name: 'lake', type: 'duckdb', path: join(dir, 'lake.duckdb') }]),
    subscribed: new Set(),
    metrics: createPipelineMetrics(),
    log: silent,
  });

  const nextId = createRequestIds();
  const [taken, other] = [nextId(1), nextId(1)];
  const { version } = transactionContract;
  const reception = { received_at: startedAt, source: 'shop', contract: 'transaction', version };
  const failure = { signature: 'x', violations: [], raw: JSON.stringify(priced()), reason: 'r' };
  const letter: UnrecoverableEvent = {
    ...reception,
    ...failure,
    request_id: taken,
    code: 'rolled_back',
    attempts: [{ healer: 'rule', at: new Date().toISOString(), reason: 'taken back', rule_id: 'r' }],
  };
  // The rollback has its turn when the repair arrives, and writes its letter once the repair waits behind it.
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  const rollback = loading.inTurn('a rollback', async () => {
    await gate;
    await letters.takeBack([letter]);
  });
  const fixed = (request_id: string, offset: number) => {
    const event = transactionWith({ event_id: crypto.randomUUID() });
    const repair = { healer: 'heuristics', plan: { operations: [] }, raw: failure.raw, event };
    const body = Buffer.from(JSON.stringify({ ...reception, request_id, ...repair }));
    return { body, events: 1, position: { partition: topics.fixed, offset }, attempt: 1 };
  };
  await engine.state.put(`healing/${taken}`, {});
  let waits: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => (waits = resolve));
  const load = loading.load;
  loading.load = (...args) => {
    waits();
    return load(...args);
  };
  const done = chain.fromHealers([fixed(taken, 0), fixed(other, 1)]);
  await waiting;
  go();
  await Promise.all([rollback, done]);

  expect([await destination.find(taken), (await letters.get(taken))?.status]).toEqual([undefined, 'open']);
  expect((await destination.find(other))?.status).toBe('repaired');
  expect(await engine.state.list('healing/')).toEqual([]);
  const copies: unknown[] = [];
  await engine.findPending(copyTopic('lake'), 'loader', ({ body }) => {
    const message = readCopyMessage(body);
    copies.push('copy' in message ? message.copy.header.request_id : message.retracted);
    return undefined;
  });
  expect(copies).toEqual([taken, other, { request_id: taken }]);
});
