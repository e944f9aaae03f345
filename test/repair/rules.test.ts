import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Plan } from '../../src/model/plan.ts';
import { failureOf, priced, transactionWith } from '../helpers/healing.ts';
import { until } from '../helpers/until.ts';
import { RulesBench, dayMs, lesson, move } from './rules-bench.ts';

let bench: RulesBench;
beforeEach(async () => {
  bench = new RulesBench();
  bench.rules = await bench.open();
});

describe('which events a rule is for', () => {
  beforeEach(async () => void (await bench.learnPrice()));

  it.each<[string, JsonObject]>([
    ['an event like the one it was learned from', priced()],
    ['one with other undeclared fields', priced('3.00', { coupon: 'X', campaign: { id: 1 } })],
    ['one without an optional field', priced('3.00', { description: undefined })],
  ])('is for %s', (_, event) => {
    expect(bench.find(event)).toMatchObject({ kind: 'rule' });
    expect(bench.use(event)).toMatchObject({ ok: true, value: { event: { amount: event['price'] } } });
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
    expect(bench.find(event)).toEqual({ kind: 'none' });
  });

  it('is not for another source, version or contract', () => {
    const { violations, event } = failureOf(priced());
    const kinds = [
      bench.rules.find('transaction', '1.0.0', 'other', violations, event),
      bench.rules.find('transaction', '2.0.0', 'shop', violations, event),
      bench.rules.find('order', '1.0.0', 'shop', violations, event),
    ].map((found) => found.kind);
    expect(kinds).toEqual(['none', 'none', 'none']);
  });

  it('takes whole and broken numbers for one type', async () => {
    await bench.rules.learn(lesson(priced(12.5), move('/price', '/amount')));
    expect(bench.find(priced(12))).toMatchObject({ kind: 'rule' });
  });
});

describe('rules that disagree', () => {
  it('are not applied: the event is ambiguous', async () => {
    await bench.learnPrice();
    await bench.rules.learn(
      lesson(transactionWith({ amount: undefined, cost: '1.00' }), move('/cost', '/amount')),
    );
    expect(bench.find(priced('1.00', { cost: '2.00' }))).toMatchObject({
      kind: 'ambiguous',
      rules: [{}, {}],
    });
  });

  it('are not learned for the same events in the first place', async () => {
    const id = await bench.learnPrice();
    const other = lesson(priced(), { operations: [{ op: 'copy', from: '/price', to: '/amount' }] });
    expect(await bench.rules.learn(other)).toMatchObject({ kind: 'conflicting', rule: { id } });
  });

  it('cannot both be approved', async () => {
    const first = await bench.learnPrice({ approval: 'review' });
    const copy: Plan = { operations: [{ op: 'copy', from: '/price', to: '/amount' }] };
    await bench.rules.learn(lesson(priced(), copy, { approval: 'review' }));
    const [second] = (await bench.rules.list()).filter((rule) => rule.id !== first);
    await bench.rules.approve(first);
    await expect(bench.rules.approve(second!.id)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('the life of a rule', () => {
  it('is the same rule when it is learned twice', async () => {
    const id = await bench.learnPrice();
    expect(await bench.rules.learn(lesson(priced('9'), move('/price', '/amount')))).toMatchObject({
      kind: 'known',
      rule: { id },
    });
    expect(await bench.rules.list()).toHaveLength(1);
  });

  it('ends after its TTL, stays visible as expired, and can be learned again', async () => {
    const id = await bench.learnPrice();
    bench.time += 7 * dayMs;
    expect(bench.find(priced())).toEqual({ kind: 'none' });
    expect(await bench.rules.get(id)).toMatchObject({ status: 'expired' });
    expect(await bench.rules.learn(lesson(priced(), move('/price', '/amount')))).toMatchObject({
      kind: 'learned',
    });
    expect(bench.find(priced())).toMatchObject({ kind: 'rule' });
    bench.time += 100 * dayMs;
    expect(await bench.rules.list()).toEqual([]);
  });

  it('starts as a candidate in review, and waits for its approval without end', async () => {
    const id = await bench.learnPrice({ approval: 'review' });
    expect(bench.find(priced())).toEqual({ kind: 'none' });
    bench.time += 100 * dayMs;
    const approved = await bench.rules.approve(id);
    expect(approved.status).toBe('active');
    expect(approved.expires_at).toBeUndefined();
    bench.time += 100 * dayMs;
    expect(bench.find(priced())).toMatchObject({ kind: 'rule' });
  });

  it('goes on as long as it is used', async () => {
    const id = await bench.learnPrice();
    for (let day = 0; day < 30; day += 3) {
      bench.time += 3 * dayMs;
      expect(bench.use(priced()).ok).toBe(true);
      await until(
        async () => Date.parse((await bench.rules.get(id))!.expires_at!) === bench.time + 7 * dayMs,
      );
    }
    bench.time += 8 * dayMs;
    expect(bench.find(priced())).toEqual({ kind: 'none' });
  });

  it('has no end when a person taught it', async () => {
    const id = await bench.learnPrice({ origin: 'person' });
    expect((await bench.rules.get(id))!.expires_at).toBeUndefined();
    bench.time += 100 * dayMs;
    expect(bench.find(priced())).toMatchObject({ kind: 'rule', rule: { id } });
    await bench.rules.close();
    bench.rules = await bench.open();
    expect(bench.find(priced())).toMatchObject({ kind: 'rule', rule: { id } });
  });

  it('does not come back by itself when a person disabled it, not even after its TTL', async () => {
    const id = await bench.learnPrice();
    await bench.rules.disable(id);
    bench.time += 50 * dayMs;
    expect(bench.find(priced())).toEqual({ kind: 'none' });
    expect(await bench.rules.learn(lesson(priced(), move('/price', '/amount')))).toMatchObject({
      kind: 'disabled',
    });
    await bench.rules.approve(id);
    expect(bench.find(priced())).toMatchObject({ kind: 'rule' });
  });

  it('is forgotten when it is deleted', async () => {
    const id = await bench.learnPrice();
    await bench.rules.delete(id);
    expect(bench.find(priced())).toEqual({ kind: 'none' });
    expect(await bench.rules.get(id)).toBeUndefined();
    expect(await bench.rules.learn(lesson(priced(), move('/price', '/amount')))).toMatchObject({
      kind: 'learned',
    });
  });

  it('does not come back for a day when a person deleted the candidate', async () => {
    await bench.rules.delete(await bench.learnPrice({ approval: 'review' }));
    const again = () =>
      bench.rules.learn(lesson(priced(), move('/price', '/amount'), { approval: 'review' }));
    expect(await again()).toMatchObject({ kind: 'turned_down' });
    bench.time += dayMs;
    expect(await again()).toMatchObject({ kind: 'learned' });
  });

  it.each(['approve', 'disable', 'delete'] as const)(
    '%s says so when there is no such rule',
    async (action) => {
      await expect(bench.rules[action]('r_nothing')).rejects.toMatchObject({ code: 'not_found' });
    },
  );

  it('survives a restart', async () => {
    const id = await bench.learnPrice();
    await bench.rules.close();
    bench.rules = await bench.open();
    expect(bench.find(priced())).toMatchObject({ kind: 'rule', rule: { id } });
  });

  it('reaches the other threads within a second', async () => {
    const other = await bench.open();
    const id = await bench.learnPrice();
    await until(() => bench.find(priced(), other).kind === 'rule');
    await other.disable(id);
    await until(() => bench.find(priced()).kind === 'none');
  });
});

describe('a plan that the contract does not permit', () => {
  it('is never applied, wherever the rule came from', async () => {
    const id = await bench.learnPrice();
    const stored = (await bench.state.get<JsonObject>(`rules/${id}`))!;
    const forged = { ...stored, plan: { operations: [{ op: 'remove', path: '/currency' }] } };
    await bench.state.put(`rules/${id}`, forged);
    await until(() => bench.find(priced()).kind === 'none');
  });

  it('includes one that writes outside the target fields', async () => {
    await bench.learnPrice();
    const strict = await bench.open({ targetFields: ['email'] });
    expect(bench.find(priced(), strict)).toEqual({ kind: 'none' });
  });
});
