import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import transaction from '../../../contracts/v1/transaction.ts';
import { createDeadLetters } from '../../../src/dead-letter/store.ts';
import type { EngineState } from '../../../src/engine/engine.ts';
import type { KeptHeaders } from '../../../src/model/event.ts';
import { SentinelError } from '../../../src/model/errors.ts';
import { createRequestIds } from '../../../src/ingest/request-id.ts';
import { freeLeases } from '../../../src/engine/lease.ts';
import type { OpenDestination, Row } from '../../../src/load/destination.ts';
import type { Withdraw } from '../../../src/load/withdraw.ts';
import { openDuckDb } from '../../../src/load/destinations/duckdb/index.ts';
import { withHeaders } from '../../../src/load/headers-column.ts';
import { createRowMaker } from '../../../src/load/row.ts';
import { type LoadStage, createLoadStage } from '../../../src/load/stage.ts';
import { type Logger, createLogger } from '../../../src/support/log.ts';
import { readRollback } from '../../../src/repair/rules/rollback-record.ts';
import { type RuleStore, openRuleStore } from '../../../src/repair/rules/store.ts';
import { onItsWayOut } from '../../../src/repair/rollback/on-its-way.ts';
import { Rollbacks } from '../../../src/repair/rollback/rollbacks.ts';
import { failureOf, silent, transactionWith } from '../../helpers/healing.ts';
import { memoryState } from '../../../src/testing/memory-state.ts';
import { until } from '../../helpers/until.ts';

/** Rollbacks between a real destination and the real dead letters. */
let dir: string;
let state: EngineState;
let duckdb: OpenDestination;
let rules: RuleStore;
let loading: LoadStage;
let log: Logger;
let rollbacks: Rollbacks;
/** What the destination does at the next calls of these names instead of its work. */
let outages: { withdraw?: number; letters?: number; tell?: number };
/** Runs between the destination's transaction and the letters. */
let beforeLetters: (() => Promise<void>) | undefined;
/** What further destinations were told, and what their letters were then. */
let told: { id: string; letter: string | undefined }[];
const broken: unknown[] = [];

const contracts = { get: () => transaction };
const makeRow = createRowMaker(transaction);
const nextId = createRequestIds();
const plan = { operations: [{ op: 'move' as const, from: '/user_email', to: '/email' }] };
const drifted = () =>
  transactionWith({ email: undefined, user_email: 'ana@example.com', event_id: crypto.randomUUID() });

function repairedRow(ruleId: string | undefined, headers?: KeptHeaders): Row {
  const event = drifted();
  const { user_email: email, ...rest } = event;
  const result = { ...rest, email: email! };
  const facts = { requestId: nextId(1), receivedAt: Date.now(), source: 'shop', ...(headers && { headers }) };
  const original = JSON.stringify(event);
  const repair = {
    healer: 'rule' as const,
    ruleId,
    original,
    plan: JSON.stringify(plan),
    result: JSON.stringify(result),
  };
  return makeRow(result, { ...facts, repair, text: undefined, changed: undefined });
}

async function learn(): Promise<string> {
  const failure = failureOf(drifted());
  const learned = await rules.learn({ failure, plan, origin: 'llm', evidence: [], approval: 'auto' });
  if (learned.kind !== 'learned') throw new Error(learned.kind);
  return learned.rule.id;
}

function open(): void {
  const out = (call: keyof typeof outages) => {
    if ((outages[call] ?? 0) === 0) return;
    outages[call] = (outages[call] ?? 0) - 1;
    throw new SentinelError('destination_unavailable', 'no route to the warehouse');
  };
  const withdraw: Withdraw = {
    ...duckdb.withdraw!,
    async byRule(...args) {
      const withdrawn = await duckdb.withdraw!.byRule(...args);
      out('withdraw'); // it has happened, and the answer is lost
      return withdrawn;
    },
  };
  const letters = createDeadLetters(state);
  loading = createLoadStage({ destination: duckdb, log });
  rollbacks = new Rollbacks({
    destination: { ...duckdb, withdraw },
    loading,
    letters: {
      async takeBack(events) {
        await beforeLetters?.();
        out('letters');
        return letters.takeBack(events);
      },
    },
    rules,
    contracts,
    async tellWithdrawn(events) {
      for (const { request_id: id } of events) told.push({ id, letter: (await letters.get(id))?.status });
      out('tell');
    },
    state,
    leases: freeLeases,
    log,
    onBroken: (error) => broken.push(error),
    onTaken: () => undefined,
  });
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinel-rollback-'));
  state = memoryState();
  log = silent;
  outages = {};
  beforeLetters = undefined;
  told = [];
  broken.length = 0;
  duckdb = await openDuckDb({ path: join(dir, 'warehouse.duckdb') });
  await duckdb.prepare(
    withHeaders([{ ...transaction, name: transaction.table, contract: transaction.name }]),
  );
  rules = await openRuleStore(state, { ttlDays: 7, contracts, log: silent });
  open();
});
afterEach(async () => {
  await rollbacks.close();
  await rules.close();
  await duckdb.close();
  await rm(dir, { recursive: true });
  expect(broken).toEqual([]);
});

async function load(...rows: Row[]): Promise<void> {
  await loading.settle({ rows, letters: [] });
  rollbacks.settled(rows);
}
const letter = (row: Row) => createDeadLetters(state).get(row.requestId);
const done = (id: string) => until(async () => (await readRollback(state, id))?.status === 'done');
const rowsLeft = async () =>
  (await duckdb.query!('select _request_id from transaction')).rows.flat().map(String);

it('takes back only what the rule did, and says why', async () => {
  const id = await learn();
  const headers = { 'x-event': 'paid' };
  const [mine, others, clean] = [repairedRow(id, headers), repairedRow('r_other'), repairedRow(undefined)];
  await load(mine, others, clean);
  await rollbacks.start(id, 'wrong field');
  await done(id);
  expect((await rowsLeft()).toSorted()).toEqual([others.requestId, clean.requestId].toSorted());
  expect(await letter(mine)).toMatchObject({
    status: 'open',
    code: 'rolled_back',
    raw: mine.repair!.original,
    headers,
  });
  expect(await rules.get(id)).toMatchObject({ status: 'disabled', disabled_by: 'person' });
});

it('knows an event whose row is gone and whose letter is still to be written', async () => {
  const id = await learn();
  const [mine, next] = [repairedRow(id), repairedRow(id)];
  await load(mine, next);
  const seen: unknown[] = [];
  const places = { state, destination: duckdb };
  beforeLetters = async () => {
    for (const { requestId } of [mine, next]) {
      expect([await duckdb.find(requestId), await letter(mine)]).toEqual([undefined, undefined]);
      seen.push(await onItsWayOut(requestId, places));
    }
    seen.push(await onItsWayOut(nextId(1), places));
  };
  await rollbacks.start(id, '');
  await done(id);
  const expected = [mine, next].map(
    ({ requestId, repair }) =>
      expect.objectContaining({
        requestId,
        source: 'shop',
        repair: expect.objectContaining({ ruleId: id, original: repair!.original }) as object,
      }) as object,
  );
  expect(seen).toEqual([...expected, undefined]);
  expect(await onItsWayOut(mine.requestId, places)).toBeUndefined();
});

it('takes rows that were on their way, too, when they arrive, also after a restart', async () => {
  const id = await learn();
  await rollbacks.start(id, '');
  await done(id);
  const late = repairedRow(id);
  await load(late);
  await until(async () => (await letter(late))?.status === 'open');
  expect(await rowsLeft()).toEqual([]);

  // The process ends between their commit and their way out.
  await rollbacks.close();
  const later = repairedRow(id);
  await duckdb.settle({ rows: [later], letters: [] });
  open();
  await rollbacks.resume();
  await until(async () => (await letter(later))?.status === 'open');
  expect(await rowsLeft()).toEqual([]);
});

it('leaves rows alone that arrive after a person has approved the rule again', async () => {
  const id = await learn();
  await rollbacks.start(id, '');
  await done(id);
  await rules.approve(id);
  const row = repairedRow(id);
  await load(row);
  await rollbacks.close();
  open();
  await rollbacks.resume();
  await rollbacks.close();
  expect(await rowsLeft()).toEqual([row.requestId]);
});

it.each(['withdraw', 'letters', 'tell'] as const)(
  'goes on after an outage at %s, and opens no letter twice',
  async (call) => {
    const id = await learn();
    const row = repairedRow(id);
    await load(row);
    outages[call] = 2;
    await rollbacks.start(id, '');
    await done(id);
    expect(await rowsLeft()).toEqual([]);
    expect((await letter(row))!.attempts).toHaveLength(1);
  },
);

it('goes on after the engine did not answer, also with rows that were on their way', async () => {
  const id = await learn();
  const [row, late] = [repairedRow(id), repairedRow(id)];
  await load(row);
  const { get } = state;
  let failures = 0;
  state.get = async (key) => {
    const found = await get(key);
    if (!key.startsWith('rollbacks/') || found === undefined || failures === 0) return found as never;
    failures--;
    throw new SentinelError('engine_unavailable', 'no answer');
  };
  failures = 2;
  await rollbacks.start(id, '');
  await until(async () => (await letter(row))?.status === 'open');
  await rollbacks.close();
  open();
  await rollbacks.resume();
  failures = 1;
  await load(late);
  await until(async () => (await letter(late))?.status === 'open');
  expect([failures, await rowsLeft()]).toEqual([0, []]);
});

it('ends without a word when the loads have stopped before it', async () => {
  const lines: string[] = [];
  log = createLogger(
    { level: 'warn', format: 'json' },
    { destination: { write: (line) => void lines.push(line) } },
  );
  open();
  const id = await learn();
  await load(repairedRow(id));
  outages = { withdraw: Infinity };
  await rollbacks.start(id, '');
  await until(() => loading.trouble() !== undefined);
  loading.stop();
  await rollbacks.close();
  expect(lines.filter((line) => line.includes('"level":"error"')).length).toBeGreaterThan(0);
  expect(lines.join('')).not.toContain('pipeline_stopped');
});

it('tells further destinations before there is a letter that could be replayed', async () => {
  const id = await learn();
  const row = repairedRow(id);
  await load(row);
  outages = { tell: 1 };
  await rollbacks.start(id, '');
  await done(id);
  // Once in vain, once with success.
  const first = { id: row.requestId, letter: undefined };
  expect(told).toEqual([first, first]);
  expect((await letter(row))?.status).toBe('open');
});

it('finishes what a crash has left half done, and does not reopen what a person has settled', async () => {
  const id = await learn();
  const rows = [repairedRow(id), repairedRow(id)] as const;
  await load(...rows);
  outages = { letters: Infinity };
  await rollbacks.start(id, '');
  await until(async () => (await rowsLeft()).length === 0);
  // The process ends: the rows are gone, and there are no letters yet.
  loading.stop();
  await rollbacks.close();
  expect(await letter(rows[0])).toBeUndefined();
  outages = {};
  open();
  await rollbacks.resume();
  await done(id);
  await createDeadLetters(state).startReplay(rows[0].requestId);
  await rollbacks.close();
  open();
  await rollbacks.resume();
  await rollbacks.close();
  expect(await letter(rows[0])).toMatchObject({ status: 'replaying' });
  expect(await letter(rows[1])).toMatchObject({ status: 'open' });
});

it('is one, however often it is asked for, and not_found for a rule that never was', async () => {
  const id = await learn();
  await load(repairedRow(id));
  const [a, b] = await Promise.all([rollbacks.start(id, 'a'), rollbacks.start(id, 'b')]);
  expect(b).toEqual(a);
  await done(id);
  await expect(rollbacks.start('r_none', '')).rejects.toMatchObject({ code: 'not_found' });
});

it('is possible when the rule itself is long gone', async () => {
  const row = repairedRow('r_forgotten');
  await load(row);
  await rollbacks.start('r_forgotten', '');
  await done('r_forgotten');
  expect(await letter(row)).toMatchObject({ status: 'open' });
});
