import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadContracts } from '../../src/contracts/discover.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { topics } from '../../src/model/event.ts';
import { replay } from '../../src/dead-letter/replay.ts';
import { encodeRecord } from '../../src/ingest/record.ts';
import { copyTopic, encodeCopy } from '../../src/load/replicas/message.ts';
import type { Destination } from '../../src/load/destination.ts';
import { openDuckDb } from '../../src/load/destinations/duckdb/index.ts';
import { packageFolder } from '../../src/support/package-folder.ts';
import { readRollback } from '../../src/repair/rules/rollback-record.ts';
import { openRuleStore } from '../../src/repair/rules/store.ts';
import { priced, silent, transactionWith } from '../helpers/healing.ts';
import { until } from '../helpers/until.ts';
import { type Ground, idle, prepareGround, table } from './ground.ts';

/**
 * A further destination that lags while a rule is rolled back and approved again: of an event that the rule had repaired
 * it ends with a row when the main destination has one, and without when the event is a dead letter.
 */
export function laggingCopyScenarios(openEngine: (dir: string) => Promise<Engine>): void {
  async function prepare() {
    const ground = await prepareGround(openEngine, (dir) => ({
      destinations: [{ name: 'lake', type: 'duckdb', path: join(dir, 'lake.duckdb') }],
    }));
    return { ...ground, lake: join(ground.dir, 'lake.duckdb') };
  }

  /** While it is held the reader can't open it. */
  async function hold(path: string): Promise<Destination> {
    const destination = await openDuckDb({ path });
    await destination.prepare([table]);
    onTestFinished(() => destination.close());
    return destination;
  }

  const drifted = () =>
    transactionWith({ email: undefined, user_email: 'eve@example.com', event_id: crypto.randomUUID() });

  async function send({ engine, id }: Ground): Promise<void> {
    const header = { id, at: Date.now(), source: 'shop', n: 1 };
    await engine.publish(topics.raw, [{ body: encodeRecord(header, JSON.stringify(drifted())) }]);
  }

  const mainIdle = ({ engine }: Ground): Promise<void> =>
    until(async () => {
      const topicsOfMain = (await engine.stats()).filter(({ topic }) => topic !== copyTopic('lake'));
      return topicsOfMain.every(({ groups }) => groups.every(({ pending }) => pending === 0));
    });

  /** A pipeline under which the event is repaired and loaded; the id of the rule. */
  async function repaired(ground: Ground) {
    const pipeline = await ground.start();
    await send(ground);
    await mainIdle(ground);
    let rule: string | undefined;
    await until(async () => (rule = (await pipeline.find(ground.id))?.repair?.ruleId) !== undefined);
    return { pipeline, rule: rule! };
  }

  async function rollBackAndApprove(
    { engine, letters, id }: Ground,
    pipeline: Awaited<ReturnType<Ground['start']>>,
    rule: string,
  ) {
    await pipeline.rollBack(rule, 'wrong');
    await until(async () => (await readRollback(engine.state, rule))?.status === 'done');
    expect((await letters.get(id))?.status).toBe('open');
    const contracts = await loadContracts([packageFolder('contracts')]);
    const rules = await openRuleStore(engine.state, { ttlDays: 7, contracts, log: silent });
    await rules.approve(rule);
    await rules.close();
  }

  async function inLake(path: string, id: string): Promise<string | undefined> {
    const lake = await hold(path);
    const found = await lake.find(id);
    expect(await lake.repairs.leaving(10)).toEqual([]);
    await lake.close();
    return found?.status;
  }

  it('does not get what had waited for it', async () => {
    const ground = await prepare();
    const held = await hold(ground.lake);
    const { pipeline, rule } = await repaired(ground);
    await rollBackAndApprove(ground, pipeline, rule);
    await held.close();
    expect(await ground.places()).toEqual(['open letter']);
    expect(await inLake(ground.lake, ground.id)).toBeUndefined();
  });

  it('gives back what it had', async () => {
    const ground = await prepare();
    await repaired(ground);
    await idle(ground.engine);
    await ground.stop();
    expect(await inLake(ground.lake, ground.id)).toBe('repaired');
    const held = await hold(ground.lake);
    const pipeline = await ground.start();
    const [{ ruleId: rule } = { ruleId: undefined }] = (await held.repairs.list({}, { limit: 1 })).items;
    await rollBackAndApprove(ground, pipeline, rule!);
    await held.close();
    expect(await ground.places()).toEqual(['open letter']);
    expect(await inLake(ground.lake, ground.id)).toBeUndefined();
  });

  it('gets the event as a person replayed it, and not as it was before', async () => {
    const ground = await prepare();
    const held = await hold(ground.lake);
    const { pipeline, rule } = await repaired(ground);
    await rollBackAndApprove(ground, pipeline, rule);
    const event = transactionWith({ event_id: crypto.randomUUID() });
    expect((await replay(ground, ground.id, { event, trail: { by_hand: ['/email'] } })).ok).toBe(true);
    await mainIdle(ground);
    await held.close();
    expect(await ground.places()).toEqual(['repaired', 'replayed letter']);
    const lake = await hold(ground.lake);
    expect((await lake.find(ground.id))?.repair).toMatchObject({ healer: 'person', byHand: ['/email'] });
    await lake.close();
  });

  it('gets what the rule repairs from then on', async () => {
    const ground = await prepare();
    const held = await hold(ground.lake);
    const { pipeline, rule } = await repaired(ground);
    await rollBackAndApprove(ground, pipeline, rule);
    expect((await replay(ground, ground.id)).ok).toBe(true);
    await mainIdle(ground);
    await held.close();
    expect(await ground.places()).toEqual(['repaired', 'replayed letter']);
    expect(await inLake(ground.lake, ground.id)).toBe('repaired');
  });

  it('gives back what was copied before a crash after which the event became a dead letter', async () => {
    const ground = await prepare();
    const { engine, id } = ground;
    const event = transactionWith({});
    const result = JSON.stringify(event);
    const [original, plan] = [JSON.stringify(priced()), '{"operations":[]}'];
    const repair = { healer: 'rule' as const, ruleId: 'gone', original, plan, result };
    const reception = { request_id: id, received_at: Date.now() - 1, source: 'shop' };
    const header = { ...reception, contract: 'transaction', version: '1.0.0', exact: true as const, repair };
    await engine.publish(copyTopic('lake'), [{ body: encodeCopy(header, result) }]);
    const lake = await hold(ground.lake);
    const pipeline = await ground.start();
    await lake.close();
    await until(async () => (await pipeline.destinations())[0]?.counts.repaired === 1);
    await engine.publish(topics.raw, [
      { body: encodeRecord({ id, at: reception.received_at, source: 'shop', n: 1 }, original) },
    ]);
    expect(await ground.places()).toEqual(['open letter']);
    expect(await inLake(ground.lake, id)).toBeUndefined();
  });
}
