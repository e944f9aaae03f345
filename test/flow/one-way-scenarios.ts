import { expect, it } from 'vitest';
import transactionContract from '../../contracts/v1/transaction.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { type FailedEvent, type UnrecoverableEvent, topics } from '../../src/model/event.ts';
import { encodeRecord } from '../../src/ingest/record.ts';
import { createRequestIds } from '../../src/ingest/request-id.ts';
import { createRowMaker } from '../../src/load/row.ts';
import { groups } from '../../src/flow/groups.ts';
import { encodeParked } from '../../src/flow/parked-event.ts';
import { failureOf, priced, transactionWith } from '../helpers/healing.ts';
import { until } from '../helpers/until.ts';
import { idle, prepareGround } from './ground.ts';

/**
 * What a crash leaves behind, made by hand: copies of one event in several queues, of which a rule that has changed
 * meanwhile sends one to the destination and the other to the dead letters. The real pipeline then settles them.
 */
export function oneWayScenarios(openEngine: (dir: string) => Promise<Engine>): void {
  const ground = () => prepareGround(openEngine);

  it('one that was loaded becomes no dead letter by its other copy', async () => {
    const { engine, id, start, places } = await ground();
    await start();
    await engine.publish(topics.raw, [{ body: record(id, transactionWith({})) }]);
    await idle(engine);
    await engine.publish(topics.unrecoverable, [json(given(id))]);
    expect(await places()).toEqual(['loaded']);
  });

  it('one that is a dead letter is not loaded by its other copy', async () => {
    const { engine, letters, id, start, places } = await ground();
    await letters.keep([given(id)]);
    await engine.publish(topics.raw, [{ body: record(id, transactionWith({})) }]);
    await giveBack(engine);
    await start();
    expect(await places()).toEqual(['open letter']);
  });

  it('a repair that comes late is not loaded when the event is a dead letter', async () => {
    const { engine, letters, id, start, places } = await ground();
    await letters.keep([given(id)]);
    const { request_id, received_at, source, contract, version, raw } = given(id);
    const fixed = { request_id, received_at, source, contract, version, raw };
    const plan = { operations: [{ op: 'move', from: '/price', to: '/amount' }] };
    await engine.publish(topics.fixed, [
      json({ ...fixed, healer: 'rule', rule_id: 'r', plan, event: transactionWith({}) }),
    ]);
    await start();
    expect(await places()).toEqual(['open letter']);
  });

  it('one that was loaded by its healed copy is no dead letter when it fails in the queue', async () => {
    const { engine, id, inDestination, start, places } = await ground();
    const healed = transactionWith({});
    const repair = {
      healer: 'rule' as const,
      ruleId: 'gone',
      original: JSON.stringify(priced()),
      plan: '{"operations":[]}',
      result: JSON.stringify(healed),
    };
    const facts = { requestId: id, receivedAt, source: 'shop', repair };
    const row = createRowMaker(transactionContract)(healed, {
      ...facts,
      text: undefined,
      changed: undefined,
    });
    await inDestination((destination) => destination.load([row], []));
    await engine.publish(topics.raw, [{ body: record(id, priced()) }]);
    await giveBack(engine);
    await start();
    expect(await places()).toEqual(['repaired']);
    expect(await engine.state.list('healing/')).toEqual([]);
  });

  it('one that is parked is not loaded any more when it has become a dead letter', async () => {
    const { engine, letters, id, start, places } = await ground();
    await letters.keep([given(id)]);
    const facts = { requestId: id, receivedAt, source: 'shop', repair: undefined };
    const event = transactionWith({});
    const raw = JSON.stringify(event);
    const row = createRowMaker(transactionContract)(event, { ...facts, text: raw, changed: undefined });
    await engine.publish(topics.parked, [{ body: encodeParked({ row, raw, replay: undefined }) }]);
    await start();
    expect(await places()).toEqual(['open letter']);
  });

  it('one that is a duplicate stays one when its late copy comes after the row has been taken out', async () => {
    const { engine, id, inDestination, start, places } = await ground();
    const event = transactionWith({});
    const [result, original] = [JSON.stringify(event), JSON.stringify(priced())];
    const repair = { healer: 'rule' as const, ruleId: 'wrong', original, plan: '{"operations":[]}', result };
    const rowOf = (requestId: string) =>
      createRowMaker(transactionContract)(event, {
        requestId,
        receivedAt,
        source: 'shop',
        repair,
        text: undefined,
        changed: undefined,
      });
    await inDestination(async (destination) => {
      await destination.load([rowOf(createRequestIds()(1))], [], async () => undefined);
      await destination.load([rowOf(id)], [], async () => undefined);
      await destination.repairs.takeOut('wrong', { limit: 10, at: Date.now() });
    });
    await engine.publish(topics.raw, [{ body: record(id, event) }]);
    await giveBack(engine);
    await start();
    expect(await places()).toEqual(['duplicate']);
    const rows = await inDestination((destination) => destination.counts());
    expect(rows).toMatchObject({ loaded: 0, duplicate: 1 });
  });

  const replay = (raw: string) => ({ round: 1, original: raw });

  it('a replay that was loaded is not undone by its second copy, which fails', async () => {
    const { engine, letters, id, start, places } = await ground();
    const { raw, ...failed } = given(id);
    await letters.keep([given(id)]);
    await letters.startReplay(id);
    await start();
    await engine.publish(topics.replay, [{ body: record(id, transactionWith({}), replay(raw)) }]);
    await idle(engine);
    expect((await letters.get(id))?.status).toBe('replayed');
    await engine.publish(topics.failed, [json({ ...failed, raw, replay: replay(raw) })]);
    expect(await places()).toEqual(['loaded', 'replayed letter']);
  });

  it('a replay that fails is over when the destination has the event, by whichever copy', async () => {
    const { engine, letters, id, inDestination, start, places } = await ground();
    const { raw, ...failed } = given(id);
    const facts = { requestId: id, receivedAt, source: 'shop', repair: undefined };
    const row = createRowMaker(transactionContract)(transactionWith({}), {
      ...facts,
      text: undefined,
      changed: undefined,
    });
    await inDestination((destination) => destination.load([row], [], async () => undefined));
    await letters.keep([given(id)]);
    await letters.startReplay(id);
    await engine.publish(topics.unrecoverable, [
      json({ ...failed, raw, reason: 'r', code: 'c', attempts: [], replay: replay(raw) }),
    ]);
    await start();
    expect(await places()).toEqual(['loaded', 'replayed letter']);
  });

  it('a replay that a crash kept from being loaded is an open dead letter when it fails then', async () => {
    const { engine, letters, id, start, places } = await ground();
    const { raw, ...failed } = given(id);
    await letters.keep([given(id)]);
    await letters.startReplay(id);
    // Before the commit that never came.
    await letters.settleReplayed([id]);
    await engine.publish(topics.failed, [json({ ...failed, raw, replay: replay(raw) })]);
    await start();
    expect(await places()).toEqual(['open letter']);
  });
}

/** Before any of the pipelines starts. */
const receivedAt = Date.now();

const json = (value: unknown) => ({ body: Buffer.from(JSON.stringify(value)) });

function record(id: string, event: object, replay?: { round: number; original: string }): Buffer {
  const header = { id, at: receivedAt, source: 'shop', n: 1, ...(replay === undefined ? {} : { replay }) };
  return encodeRecord(header, JSON.stringify(event));
}

/** An event that nothing repairs, at the end of its way. */
function given(id: string): UnrecoverableEvent {
  const { violations, signature } = failureOf(priced());
  const failed: FailedEvent = {
    request_id: id,
    received_at: receivedAt,
    source: 'shop',
    contract: 'transaction',
    version: transactionContract.version,
    signature,
    violations: [...violations],
    raw: JSON.stringify(priced()),
  };
  return { ...failed, reason: 'no repair', code: 'no_repair_found', attempts: [] };
}

/** Hands what waits in the queue to a worker that takes it and settles nothing. */
async function giveBack(engine: Engine): Promise<void> {
  let taken = false;
  const consumer = await engine.consume(topics.raw, groups.pipeline, { retry: 'hold' }, async () => {
    taken = true;
    throw new Error('killed');
  });
  await until(() => taken);
  await consumer.stop();
}
