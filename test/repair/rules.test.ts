import { beforeEach, describe, expect, it } from 'vitest';
import transaction from '../../contracts/v1/transaction.ts';
import type { StateStore } from '../../src/engine/engine.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Lesson } from '../../src/repair/rules/lesson.ts';
import { readRollback, rollbackWrite } from '../../src/repair/rules/rollback-record.ts';
import type { Found } from '../../src/repair/rules/look-up.ts';
import { type RuleStore, openRuleStore } from '../../src/repair/rules/store.ts';
import { failureOf, priced, silent, transactionWith } from '../helpers/healing.ts';
import { memoryState } from '../../src/testing/memory-state.ts';
import { until } from '../helpers/until.ts';

const dayMs = 86_400_000;
let time: number;
let state: StateStore;
let rules: RuleStore;

const contracts = { get: () => transaction };
const open = () => openRuleStore(state, { ttlDays: 7, contracts, log: silent, now: () => time });
beforeEach(async () => {
  time = Date.parse('2026-11-23T12:00:00Z');
  state = memoryState(() => time);
  rules = await open();
});

const move = (from: string, to: string): Plan => ({ operations: [{ op: 'move', from, to }] });
const lesson = (event: JsonObject, plan: Plan, more: Partial<Lesson> = {}): Lesson => ({
  failure: failureOf(event),
  plan,
  origin: 'llm',
  evidence: [],
  approval: 'auto',
  ...more,
});
const find = (event: JsonObject, store = rules): Found => {
  const { contract, source, violations } = failureOf(event);
  return store.find(contract.name, contract.version, source, violations, event);
};
const use = (event: JsonObject) => {
  const found = find(event);
  if (found.kind !== 'rule') throw new Error(`found ${found.kind}`);
  return found.apply(event, failureOf(event).violations);
};
const learnPrice = async (more: Partial<Lesson> = {}) => {
  const learned = await rules.learn(lesson(priced(), move('/price', '/amount'), more));
  if (learned.kind !== 'learned') throw new Error(learned.kind);
  return learned.rule.id;
};

describe('which events a rule is for', () => {
  beforeEach(async () => void (await learnPrice()));

  it.each<[string, JsonObject]>([
    ['an event like the one it was learned from', priced()],
    ['one with other undeclared fields', priced('3.00', { coupon: 'X', campaign: { id: 1 } })],
    ['one without an optional field', priced('3.00', { description: undefined })],
  ])('is for %s', (_, event) => {
    expect(find(event)).toMatchObject({ kind: 'rule' });
    expect(use(event)).toMatchObject({ ok: true, value: { event: { amount: event['price'] } } });
  });

  it.each<[string, JsonObject]>([
    [
      'one where another field took the place (price is not cost)',
      transactionWith({ amount: undefined, cost: '1.00' }),
    ],
    ['one where the input has another type', priced({ value: '1.00' })],
    ['one with other violations', priced('1.00', { currency: undefined })],
    ['one without the input', transactionWith({ amount: undefined })],
  ])('is not for %s', (_, event) => {
    expect(find(event)).toEqual({ kind: 'none' });
  });

  it('is not for another source, version or contract', () => {
    const { violations, event } = failureOf(priced());
    const kinds = [
      rules.find('transaction', '1.0.0', 'other', violations, event),
      rules.find('transaction', '2.0.0', 'shop', violations, event),
      rules.find('order', '1.0.0', 'shop', violations, event),
    ].map((found) => found.kind);
    expect(kinds).toEqual(['none', 'none', 'none']);
  });

  it('takes whole and broken numbers for one type', async () => {
    await rules.learn(lesson(priced(12.5), move('/price', '/amount')));
    expect(find(priced(12))).toMatchObject({ kind: 'rule' });
  });
});

describe('rules that disagree', () => {
  it('are not applied: the event is ambiguous', async () => {
    await learnPrice();
    await rules.learn(lesson(transactionWith({ amount: undefined, cost: '1.00' }), move('/cost', '/amount')));
    expect(find(priced('1.00', { cost: '2.00' }))).toMatchObject({ kind: 'ambiguous', rules: [{}, {}] });
  });

  it('are not learned for the same events in the first place', async () => {
    const id = await learnPrice();
    const other = lesson(priced(), { operations: [{ op: 'copy', from: '/price', to: '/amount' }] });
    expect(await rules.learn(other)).toMatchObject({ kind: 'conflicting', rule: { id } });
  });

  it('cannot both be approved', async () => {
    const first = await learnPrice({ approval: 'review' });
    const copy: Plan = { operations: [{ op: 'copy', from: '/price', to: '/amount' }] };
    await rules.learn(lesson(priced(), copy, { approval: 'review' }));
    const [second] = (await rules.list()).filter((rule) => rule.id !== first);
    await rules.approve(first);
    await expect(rules.approve(second!.id)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('the life of a rule', () => {
  it('is the same rule when it is learned twice', async () => {
    const id = await learnPrice();
    expect(await rules.learn(lesson(priced('9'), move('/price', '/amount')))).toMatchObject({
      kind: 'known',
      rule: { id },
    });
    expect(await rules.list()).toHaveLength(1);
  });

  it('ends after its TTL, stays visible as expired, and can be learned again', async () => {
    const id = await learnPrice();
    time += 7 * dayMs;
    expect(find(priced())).toEqual({ kind: 'none' });
    expect(await rules.get(id)).toMatchObject({ status: 'expired' });
    expect(await rules.learn(lesson(priced(), move('/price', '/amount')))).toMatchObject({ kind: 'learned' });
    expect(find(priced())).toMatchObject({ kind: 'rule' });
    time += 100 * dayMs;
    expect(await rules.list()).toEqual([]);
  });

  it('starts as a candidate in review, and waits for its approval without end', async () => {
    const id = await learnPrice({ approval: 'review' });
    expect(find(priced())).toEqual({ kind: 'none' });
    time += 100 * dayMs;
    const approved = await rules.approve(id);
    expect(approved.status).toBe('active');
    expect(approved.expires_at).toBeUndefined();
    time += 100 * dayMs;
    expect(find(priced())).toMatchObject({ kind: 'rule' });
  });

  it('goes on as long as it is used', async () => {
    const id = await learnPrice();
    for (let day = 0; day < 30; day += 3) {
      time += 3 * dayMs;
      expect(use(priced()).ok).toBe(true);
      await until(async () => Date.parse((await rules.get(id))!.expires_at!) === time + 7 * dayMs);
    }
    time += 8 * dayMs;
    expect(find(priced())).toEqual({ kind: 'none' });
  });

  it('has no end when a person taught it', async () => {
    const id = await learnPrice({ origin: 'person' });
    expect((await rules.get(id))!.expires_at).toBeUndefined();
    time += 100 * dayMs;
    expect(find(priced())).toMatchObject({ kind: 'rule', rule: { id } });
    await rules.close();
    rules = await open();
    expect(find(priced())).toMatchObject({ kind: 'rule', rule: { id } });
  });

  it('does not come back by itself when a person disabled it, not even after its TTL', async () => {
    const id = await learnPrice();
    await rules.disable(id);
    time += 50 * dayMs;
    expect(find(priced())).toEqual({ kind: 'none' });
    expect(await rules.learn(lesson(priced(), move('/price', '/amount')))).toMatchObject({
      kind: 'disabled',
    });
    await rules.approve(id);
    expect(find(priced())).toMatchObject({ kind: 'rule' });
  });

  it('is forgotten when it is deleted', async () => {
    const id = await learnPrice();
    await rules.delete(id);
    expect(find(priced())).toEqual({ kind: 'none' });
    expect(await rules.get(id)).toBeUndefined();
    expect(await rules.learn(lesson(priced(), move('/price', '/amount')))).toMatchObject({ kind: 'learned' });
  });

  it('does not come back for a day when a person deleted the candidate', async () => {
    await rules.delete(await learnPrice({ approval: 'review' }));
    const again = () => rules.learn(lesson(priced(), move('/price', '/amount'), { approval: 'review' }));
    expect(await again()).toMatchObject({ kind: 'turned_down' });
    time += dayMs;
    expect(await again()).toMatchObject({ kind: 'learned' });
  });

  it.each(['approve', 'disable', 'delete'] as const)(
    '%s says so when there is no such rule',
    async (action) => {
      await expect(rules[action]('r_nothing')).rejects.toMatchObject({ code: 'not_found' });
    },
  );

  it('survives a restart', async () => {
    const id = await learnPrice();
    await rules.close();
    rules = await open();
    expect(find(priced())).toMatchObject({ kind: 'rule', rule: { id } });
  });

  it('reaches the other threads within a second', async () => {
    const other = await open();
    const id = await learnPrice();
    await until(() => find(priced(), other).kind === 'rule');
    await other.disable(id);
    await until(() => find(priced()).kind === 'none');
  });
});

describe('the trial of a new rule', () => {
  const seen: JsonObject[] = [];
  beforeEach(async () => {
    seen.length = 0;
    const recent = { of: () => seen };
    rules = await openRuleStore(state, { ttlDays: 7, contracts, recent, log: silent, now: () => time });
  });
  const learnMove = (event: JsonObject, from: string, to: string, more: Partial<Lesson> = {}) =>
    rules.learn(lesson(event, move(from, to), more));

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
    expect(await rules.list()).toEqual([]);
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
    const id = await learnPrice();
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
    await learnPrice();
    const event = transactionWith({ cost: '2.00', amount: undefined, email: undefined });
    expect(await learnMove(event, '/cost', '/amount')).toMatchObject({ kind: 'learned' });
  });
});

describe('a rule that was rolled back', () => {
  const record = (id: string, status: 'running' | 'done') =>
    state.write([
      rollbackWrite({
        rule_id: id,
        status,
        reason: 'wrong',
        started_at: new Date(time).toISOString(),
        total: 1,
        before: 0,
        taken: 0,
        duplicates: 0,
      }),
    ]);

  it('can be neither approved nor deleted while that goes on', async () => {
    const id = await learnPrice();
    await record(id, 'running');
    await expect(rules.approve(id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(rules.delete(id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is no longer barred once a person approves it', async () => {
    const id = await learnPrice();
    await rules.disable(id);
    await record(id, 'done');
    await rules.approve(id);
    expect(await readRollback(state, id)).toBeUndefined();
  });

  it('is not learned again, even if the rule itself is gone, but from a person', async () => {
    const id = await learnPrice();
    await rules.delete(id);
    await record(id, 'done');
    expect(await rules.learn(lesson(priced(), move('/price', '/amount')))).toMatchObject({
      kind: 'turned_down',
    });
    const byPerson = lesson(priced(), move('/price', '/amount'), { origin: 'person' });
    expect(await rules.learn(byPerson)).toMatchObject({ kind: 'learned' });
    expect(await readRollback(state, id)).toBeUndefined();
  });
});

describe('the counts of a rule', () => {
  it('are written in the background and add up over restarts', async () => {
    const id = await learnPrice();
    for (let i = 0; i < 10; i++) use(priced(`${i + 1}`));
    use(priced('twelve'));
    await rules.close();
    rules = await open();
    use(priced());
    await rules.close();
    expect(await rules.get(id)).toMatchObject({
      hits: 11,
      failures: 1,
      last_used_at: new Date(time).toISOString(),
    });
  });

  const outdo = (id: string, times: number, store = rules): void => {
    for (let time = 0; time < times; time++) store.outdone(id);
  };

  it('disable a rule that other plans outdo, and say why', async () => {
    const id = await learnPrice();
    for (let i = 0; i < 10; i++) use(priced());
    outdo(id, 4);
    expect(find(priced()).kind).toBe('rule');
    outdo(id, 1);
    expect(find(priced()).kind).toBe('none');
    await rules.close();
    expect(await rules.get(id)).toMatchObject({
      status: 'disabled',
      disabled_by: 'failures',
      disabled_reason: expect.stringContaining('other plans') as string,
    });
    rules = await open();
    const approved = await rules.approve(id);
    expect(approved.disabled_reason).toBeUndefined();
  });

  it('say nothing of a rule for events that no plan could repair', async () => {
    const id = await learnPrice();
    for (let i = 0; i < 50; i++) use(priced('twelve'));
    expect(find(priced()).kind).toBe('rule');
    await rules.close();
    expect(await rules.get(id)).toMatchObject({ status: 'active', failures: 50 });
  });

  it('start anew when a person approves the rule again, in whichever thread', async () => {
    const elsewhere = await open();
    const id = await learnPrice();
    outdo(id, 5);
    await until(() => find(priced(), elsewhere).kind === 'none');
    await elsewhere.approve(id);
    await until(() => find(priced()).kind === 'rule');
    outdo(id, 4);
    expect(find(priced()).kind).toBe('rule');
  });

  it('do not overrule a person who has decided in the meantime', async () => {
    const elsewhere = await open();
    const id = await learnPrice();
    await until(() => find(priced(), elsewhere).kind === 'rule');
    const person = elsewhere.disable(id);
    outdo(id, 5);
    await person;
    await rules.close();
    expect(await rules.get(id)).toMatchObject({ status: 'disabled', disabled_by: 'person' });
  });

  it('leave a rule alone that is outdone now and then', async () => {
    const id = await learnPrice();
    for (let i = 0; i < 500; i++)
      if (i % 10 === 9) outdo(id, 1);
      else use(priced());
    expect(find(priced()).kind).toBe('rule');
  });
});

describe('a plan that the contract does not permit', () => {
  it('is never applied, wherever the rule came from', async () => {
    const id = await learnPrice();
    const stored = (await state.get<JsonObject>(`rules/${id}`))!;
    const forged = { ...stored, plan: { operations: [{ op: 'remove', path: '/currency' }] } };
    await state.put(`rules/${id}`, forged);
    await until(() => find(priced()).kind === 'none');
  });

  it('includes one that writes outside the target fields', async () => {
    await learnPrice();
    const strict = await openRuleStore(state, {
      ttlDays: 7,
      contracts,
      log: silent,
      now: () => time,
      targetFields: ['email'],
    });
    expect(find(priced(), strict)).toEqual({ kind: 'none' });
  });
});
