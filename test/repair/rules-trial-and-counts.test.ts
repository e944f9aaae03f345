import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Lesson } from '../../src/repair/rules/lesson.ts';
import { readRollback, rollbackWrite } from '../../src/repair/rules/rollback-record.ts';
import { priced, transactionWith } from '../helpers/healing.ts';
import { until } from '../helpers/until.ts';
import { RulesBench, lesson, move } from './rules-bench.ts';

let bench: RulesBench;
beforeEach(async () => {
  bench = new RulesBench();
  bench.rules = await bench.open();
});

describe('the trial of a new rule', () => {
  const seen: JsonObject[] = [];
  beforeEach(async () => {
    seen.length = 0;
    const recent = { of: () => seen };
    bench.rules = await bench.open({ recent });
  });
  const learnMove = (event: JsonObject, from: string, to: string, more: Partial<Lesson> = {}) =>
    bench.rules.learn(lesson(event, move(from, to), more));

  it('refuses what a valid event contradicts, from every healer', async () => {
    seen.push(transactionWith({ price: '99.00' }));
    const reason = 'in 1 of 1 recent valid events of this sender /price differs from /amount';
    for (const origin of ['llm', 'heuristic'] as const)
      expect(await learnMove(priced(), '/price', '/amount', { origin })).toEqual({
        kind: 'contradicted',
        reason,
      });
    for (const approval of ['auto', 'review'] as const)
      expect(await learnMove(priced(), '/price', '/amount', { approval })).toMatchObject({
        kind: 'contradicted',
      });
    expect(await bench.rules.list()).toEqual([]);
  });

  it('tells a person, who knows better', async () => {
    seen.push(transactionWith({ price: '99.00' }));
    expect(await learnMove(priced(), '/price', '/amount', { origin: 'person' })).toMatchObject({
      kind: 'learned',
      rule: { status: 'active', evidence: [expect.stringContaining('but in 1 of 1') as string] },
    });
  });

  it('keeps what speaks for the rule as evidence', async () => {
    seen.push(transactionWith({ price: 12.5 }));
    expect(await learnMove(priced(), '/price', '/amount', { evidence: ['said so'] })).toMatchObject({
      rule: { evidence: ['said so', expect.stringContaining('/price equals /amount') as string] },
    });
  });

  it.each([
    [
      'takes the same field for another one',
      { price: '1.00', amount: undefined, description: undefined },
      '/price',
      '/description',
    ],
    [
      'has another field for the same one',
      { price: '1.00', cost: '2.00', amount: undefined, currency: undefined },
      '/cost',
      '/amount',
    ],
  ])('refuses what contradicts a rule: it %s', async (_, change, from, to) => {
    const id = await bench.learnPrice();
    const event = transactionWith({ ...change, email: undefined });
    expect(await learnMove(event, from, to)).toEqual({
      kind: 'contradicted',
      reason: expect.stringContaining(`rule ${id} takes /price`) as string,
    });
    // Under review a person decides.
    expect(await learnMove(event, from, to, { approval: 'review' })).toMatchObject({
      kind: 'learned',
      rule: { status: 'candidate', evidence: [expect.stringContaining(`but rule ${id}`) as string] },
    });
  });

  it('does not mind another field for the same one when the event has only one of them', async () => {
    await bench.learnPrice();
    const event = transactionWith({ cost: '2.00', amount: undefined, email: undefined });
    expect(await learnMove(event, '/cost', '/amount')).toMatchObject({ kind: 'learned' });
  });
});

describe('a rule that was rolled back', () => {
  const record = (id: string, status: 'running' | 'done') =>
    bench.state.write([
      rollbackWrite({
        rule_id: id,
        status,
        reason: 'wrong',
        started_at: new Date(bench.time).toISOString(),
        total: 1,
        before: 0,
        taken: 0,
        duplicates: 0,
      }),
    ]);

  it('can be neither approved nor deleted while that goes on', async () => {
    const id = await bench.learnPrice();
    await record(id, 'running');
    await expect(bench.rules.approve(id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(bench.rules.delete(id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is no longer barred once a person approves it', async () => {
    const id = await bench.learnPrice();
    await bench.rules.disable(id);
    await record(id, 'done');
    await bench.rules.approve(id);
    expect(await readRollback(bench.state, id)).toBeUndefined();
  });

  it('is not learned again, even if the rule itself is gone, but from a person', async () => {
    const id = await bench.learnPrice();
    await bench.rules.delete(id);
    await record(id, 'done');
    expect(await bench.rules.learn(lesson(priced(), move('/price', '/amount')))).toMatchObject({
      kind: 'turned_down',
    });
    const byPerson = lesson(priced(), move('/price', '/amount'), { origin: 'person' });
    expect(await bench.rules.learn(byPerson)).toMatchObject({ kind: 'learned' });
    expect(await readRollback(bench.state, id)).toBeUndefined();
  });
});

describe('the counts of a rule', () => {
  it('are written in the background and add up over restarts', async () => {
    const id = await bench.learnPrice();
    for (let i = 0; i < 10; i++) bench.use(priced(`${i + 1}`));
    bench.use(priced('twelve'));
    await bench.rules.close();
    bench.rules = await bench.open();
    bench.use(priced());
    await bench.rules.close();
    expect(await bench.rules.get(id)).toMatchObject({
      hits: 11,
      failures: 1,
      last_used_at: new Date(bench.time).toISOString(),
    });
  });

  const outdo = (id: string, times: number, store = bench.rules): void => {
    for (let count = 0; count < times; count++) store.outdone(id);
  };

  it('disable a rule that other plans outdo, and say why', async () => {
    const id = await bench.learnPrice();
    for (let i = 0; i < 10; i++) bench.use(priced());
    outdo(id, 4);
    expect(bench.find(priced()).kind).toBe('rule');
    outdo(id, 1);
    expect(bench.find(priced()).kind).toBe('none');
    await bench.rules.close();
    expect(await bench.rules.get(id)).toMatchObject({
      status: 'disabled',
      disabled_by: 'failures',
      disabled_reason: expect.stringContaining('other plans') as string,
    });
    bench.rules = await bench.open();
    const approved = await bench.rules.approve(id);
    expect(approved.disabled_reason).toBeUndefined();
  });

  it('say nothing of a rule for events that no plan could repair', async () => {
    const id = await bench.learnPrice();
    for (let i = 0; i < 50; i++) bench.use(priced('twelve'));
    expect(bench.find(priced()).kind).toBe('rule');
    await bench.rules.close();
    expect(await bench.rules.get(id)).toMatchObject({ status: 'active', failures: 50 });
  });

  it('start anew when a person approves the rule again, in whichever thread', async () => {
    const elsewhere = await bench.open();
    const id = await bench.learnPrice();
    outdo(id, 5);
    await until(() => bench.find(priced(), elsewhere).kind === 'none');
    await elsewhere.approve(id);
    await until(() => bench.find(priced()).kind === 'rule');
    outdo(id, 4);
    expect(bench.find(priced()).kind).toBe('rule');
  });

  it('do not overrule a person who has decided in the meantime', async () => {
    const elsewhere = await bench.open();
    const id = await bench.learnPrice();
    await until(() => bench.find(priced(), elsewhere).kind === 'rule');
    const person = elsewhere.disable(id);
    outdo(id, 5);
    await person;
    await bench.rules.close();
    expect(await bench.rules.get(id)).toMatchObject({ status: 'disabled', disabled_by: 'person' });
  });

  it('leave a rule alone that is outdone now and then', async () => {
    const id = await bench.learnPrice();
    for (let i = 0; i < 500; i++)
      if (i % 10 === 9) outdo(id, 1);
      else bench.use(priced());
    expect(bench.find(priced()).kind).toBe('rule');
  });
});
