import { ExactNumber } from '../../src/model/exact-number.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { ownHealers } from '../../src/repair/healing/define-healer.ts';
import type { Healer } from '../../src/repair/healing/healer.ts';
import { heuristicsHealer } from '../../src/repair/healers/heuristics/index.ts';
import { type HealingBench, failureOf, healingBench, priced, transactionWith } from '../helpers/healing.ts';
import { until } from '../helpers/until.ts';
import { shipment, shipmentWith } from './support.ts';

let bench: HealingBench;
afterEach(() => bench.close());

const dayMs = 86_400_000;
const move = (from: string, to: string) => ({ operations: [{ op: 'move' as const, from, to }] });

/** Proposes one plan, where its input is there. */
const renames = (from: string, to: string): Healer => ({
  name: 'heuristics',
  mode: 'inline',
  async propose({ event }) {
    return from in event
      ? { kind: 'plan', plan: move(`/${from}`, `/${to}`), evidence: [`${from} means ${to}`] }
      : { kind: 'refused', reason: `nothing is called ${from}` };
  },
});

describe('an event that a healer repairs', () => {
  it('is published with its plan, its rule and its original', async () => {
    bench = await healingBench({ healers: [renames('price', 'amount')], llm: false });
    await bench.submit(priced());
    await bench.settled(1);
    const [rule] = await bench.rules.list();
    expect(bench.fixed[0]).toMatchObject({
      healer: 'heuristics',
      rule_id: rule?.id,
      contract: 'transaction',
      plan: move('/price', '/amount'),
      raw: JSON.stringify(priced()),
      event: { amount: '12.50' },
    });
    expect(bench.fixed[0]).not.toHaveProperty('violations');
    expect(rule).toMatchObject({ origin: 'heuristic', status: 'active', evidence: ['price means amount'] });
  });

  it('is repaired by the rule from then on', async () => {
    bench = await healingBench({ healers: [renames('price', 'amount')], llm: false });
    await bench.submit(priced('1'), priced('2'), priced('3'));
    await bench.settled(3);
    expect(bench.fixed.map((event) => event.healer).sort()).toEqual(['heuristics', 'rule', 'rule']);
    expect(await bench.rules.list()).toHaveLength(1);
  });

  it('is looked at anew when the rule has expired', async () => {
    let time = Date.now();
    bench = await healingBench({ healers: [renames('price', 'amount')], llm: false, now: () => time });
    await bench.submit(priced());
    await bench.settled(1);
    time += 8 * dayMs;
    expect((await bench.rules.list())[0]?.status).toBe('expired');
    await bench.submit(priced());
    await bench.settled(2);
    expect(bench.fixed.map((event) => event.healer)).toEqual(['heuristics', 'heuristics']);
    expect((await bench.rules.list()).map((rule) => rule.status)).toEqual(['active']);
  });

  it('keeps every digit of its numbers', async () => {
    bench = await healingBench({ healers: [renames('price', 'amount')], llm: false });
    const raw = JSON.stringify(priced('X')).replace('"X"', '12345678901234567890.12');
    const failure = failureOf(priced('12345678901234567890.12'));
    const body = {
      request_id: 'a',
      received_at: 0,
      source: 'shop',
      contract: 'transaction',
      version: '1.0.0',
      signature: failure.signature,
      violations: failure.violations,
      raw,
    };
    await bench.engine.publish('validation_error', [{ body: Buffer.from(JSON.stringify(body)) }]);
    await bench.settled(1);
    expect(bench.fixed[0]?.event['amount']).toEqual(new ExactNumber('12345678901234567890.12'));
  });
});

describe('a plan that nothing but its healer vouches for', () => {
  it('waits for a person, though rules are approved by themselves', async () => {
    const guess: Healer = {
      name: 'heuristics' as const,
      mode: 'inline',
      propose: async () => ({
        kind: 'plan',
        plan: move('/price', '/amount'),
        evidence: ['a guess'],
        confidence: 'unproven',
      }),
    };
    bench = await healingBench({ healers: [guess], llm: false, config: { approval: 'auto' } });
    await bench.submit(priced());
    await until(async () => (await bench.rules.list()).length === 1);
    const [candidate] = await bench.rules.list();
    expect(candidate?.status).toBe('candidate');
    expect(bench.fixed).toEqual([]);
    await bench.rules.approve(candidate!.id);
    await bench.settled(1);
    expect(bench.fixed[0]).toMatchObject({ healer: 'rule', rule_id: candidate!.id });
  });
});

describe('an event that nothing repairs', () => {
  it('becomes a dead letter that names the field and what was tried', async () => {
    bench = await healingBench({ healers: [renames('price', 'amount')], llm: false });
    await bench.submit(transactionWith({ amount: undefined }));
    await bench.settled(1);
    expect(bench.dead[0]).toMatchObject({
      code: 'no_repair_found',
      attempts: [{ healer: 'heuristics', reason: 'nothing is called price' }],
      violations: [{ path: '/amount', code: 'required' }],
    });
    expect(bench.dead[0]?.reason).toMatch(/amount/);
  });

  it('may not be repaired outside the target fields', async () => {
    const config = { targetFields: ['email'] };
    bench = await healingBench({ healers: [renames('price', 'amount')], llm: false, config });
    await bench.submit(priced());
    await bench.settled(1);
    expect(bench.dead[0]?.code).toBe('no_repair_found');
    expect(await bench.rules.list()).toEqual([]);
  });

  it('is kept when two rules say different things of it', async () => {
    bench = await healingBench({ llm: false });
    const event = transactionWith({ amount: undefined, price: '12.50', cost: '9.90' });
    const failure = failureOf(event);
    const lesson = { failure, origin: 'person' as const, evidence: [], approval: 'review' as const };
    await bench.rules.learn({ ...lesson, plan: move('/price', '/amount') });
    await bench.rules.learn({ ...lesson, plan: move('/cost', '/amount') });
    for (const rule of await bench.rules.list()) await bench.rules.approve(rule.id);
    await bench.submit(event);
    await bench.settled(1);
    expect(bench.dead[0]?.code).toBe('ambiguous_rules');
    for (const rule of await bench.rules.list()) expect(bench.dead[0]?.reason).toContain(rule.id);
  });

  it('is kept when its contract is gone', async () => {
    bench = await healingBench({ llm: false });
    const body = {
      request_id: 'a',
      received_at: 0,
      source: 'shop',
      contract: 'parcel',
      version: '2.0.0',
      signature: 's',
      violations: [],
      raw: '{}',
    };
    await bench.engine.publish('validation_error', [{ body: Buffer.from(JSON.stringify(body)) }]);
    await bench.settled(1);
    expect(bench.dead[0]).toMatchObject({ code: 'unknown_contract', raw: '{}' });
  });
});

describe('with approval: review', () => {
  const review = {
    healers: [renames('price', 'amount')],
    llm: false,
    config: { approval: 'review' as const },
  };
  const candidate = async () => {
    await bench.until(async () => (await bench.rules.list()).length === 1);
    const [rule] = await bench.rules.list();
    expect(rule?.status).toBe('candidate');
    return rule!.id;
  };

  it('a new rule waits for a person, and its events wait with it', async () => {
    bench = await healingBench(review);
    await bench.submit(priced(), priced());
    const id = await candidate();
    expect(await bench.waiting()).toBe(2);
    await bench.rules.approve(id);
    await bench.settled(2);
    expect(bench.fixed.map((event) => event.rule_id)).toEqual([id, id]);
  });

  it('its events become dead letters when the person disables it', async () => {
    bench = await healingBench(review);
    await bench.submit(priced(), priced());
    const id = await candidate();
    await bench.rules.disable(id);
    await bench.settled(2);
    expect(bench.dead.map((letter) => letter.code)).toEqual(['rule_disabled', 'rule_disabled']);
    expect(bench.dead[0]?.reason).toContain(id);
  });

  it('its events become dead letters when the person deletes it', async () => {
    bench = await healingBench(review);
    await bench.submit(priced());
    await bench.rules.delete(await candidate());
    await bench.settled(1);
    expect(bench.dead[0]?.code).toBe('repair_turned_down');
    expect(await bench.rules.list()).toEqual([]);
  });
});

describe('a rule and its neighbours', () => {
  it('the rule for price is not used for cost', async () => {
    bench = await healingBench({
      healers: [renames('price', 'amount'), renames('cost', 'amount')],
      llm: false,
    });
    await bench.submit(priced());
    await bench.settled(1);
    await bench.submit(transactionWith({ amount: undefined, cost: '9.90' }));
    await bench.settled(2);
    expect(bench.fixed.map((event) => event.event['amount'])).toEqual(['12.50', '9.90']);
    expect(await bench.rules.list()).toHaveLength(2);
  });

  it('a rule is not held to account for events that no plan could repair', async () => {
    bench = await healingBench({ healers: [renames('price', 'amount')] });
    await bench.submit(priced('12.50'));
    await bench.settled(1);
    await bench.submit(...Array.from({ length: 6 }, () => priced('twelve')));
    await bench.settled(7);
    expect(bench.dead.map(({ code }) => code)).toEqual(Array(6).fill('rule_failed'));
    await bench.submit(priced('9.90'));
    await bench.settled(8);
    expect(bench.fixed[1]).toMatchObject({ healer: 'rule', event: { amount: '9.90' } });
    expect((await bench.rules.list())[0]).toMatchObject({ status: 'active' });
  });

  it('a rule that was demoted for its failures does not bar what the heuristics can prove', async () => {
    bench = await healingBench({ healers: [renames('price', 'amount')] });
    await bench.submit(priced('12.50'));
    await bench.settled(1);
    const [rule] = await bench.rules.list();
    for (let time = 0; time < 6; time++) bench.rules.outdone(rule!.id);
    await bench.until(async () => (await bench.rules.list())[0]?.status === 'disabled');
    expect((await bench.rules.list())[0]).toMatchObject({ disabled_by: 'failures' });
    await bench.submit(priced('9.90'));
    await bench.settled(2);
    expect(bench.fixed[1]).toMatchObject({ healer: 'heuristics', event: { amount: '9.90' } });
    expect(bench.fixed[1]).not.toHaveProperty('rule_id');
    expect(bench.model.requests).toEqual([]);
  });

  it('a value that the rule cannot mend is a dead letter, and no second rule', async () => {
    bench = await healingBench({ healers: [renames('price', 'amount')] });
    await bench.submit(priced('12.50'));
    await bench.settled(1);
    await bench.submit(priced('twelve'));
    await bench.settled(2);
    expect(bench.dead[0]).toMatchObject({
      code: 'rule_failed',
      attempts: [{ healer: 'rule' }, { healer: 'heuristics' }],
    });
    expect(bench.model.requests).toEqual([]);
  });
});

describe('events of one batch that fail in the same way', () => {
  const due = (date: string) => shipmentWith({ due: date });

  it('tell how to read a date that is two dates by itself', async () => {
    bench = await healingBench({ healers: [heuristicsHealer()], llm: false, contract: shipment });
    await bench.submit(due('03/04/2026'), due('13/04/2026'));
    await bench.settled(2);
    expect(bench.fixed.map(({ event }) => event['due'])).toEqual(['2026-04-03', '2026-04-13']);
  });

  it('are all refused when they contradict each other', async () => {
    bench = await healingBench({ healers: [heuristicsHealer()], llm: false, contract: shipment });
    await bench.submit(due('13/04/2026'), due('03/04/2026'), due('04/13/2026'));
    await bench.settled(3);
    expect(bench.fixed).toEqual([]);
    expect(bench.dead).toHaveLength(3);
  });
});

describe('healers of one’s own', () => {
  const file = (text: string): Promise<string> =>
    written(`import { defineHealer } from 'data-sentinel';\n${text}`);
  const plan = `{ kind: 'plan', plan: { operations: [{ op: 'move', from: '/price', to: '/amount' }] }, evidence: ['ours'] }`;

  it.each(['inline', 'background'])('are asked %s, and named where their repair is shown', async (mode) => {
    const own = await ownHealers([
      await file(`export default defineHealer({ name: 'no-idea', mode: '${mode}',
        propose: async () => ({ kind: 'refused', reason: 'nothing' }) });`),
      await file(
        `export default defineHealer({ name: 'ours', mode: '${mode}', propose: async () => (${plan}) });`,
      ),
    ]);
    bench = await healingBench({ healers: own, llm: false });
    await bench.submit(priced());
    await bench.settled(1);
    expect(bench.fixed[0]).toMatchObject({ healer: 'ours', event: { amount: '12.50' } });
  });

  it.each([
    [`export default 1;`, /no default export made by defineHealer/],
    [
      `export default defineHealer({ name: 'x', mode: 'later', propose: async () => 1 });`,
      /mode: allowed: inline/,
    ],
    [`export default defineHealer({ name: 'llm', mode: 'inline', propose: async () => 1 });`, /llm is taken/],
    [`syntax error`, /can't be loaded/],
  ])('%s is refused', async (text, message) => {
    bench = await healingBench({ llm: false });
    await expect(ownHealers([await file(text)])).rejects.toThrow(message);
  });
});

async function written(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sentinel-healer-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'healer.ts');
  await writeFile(path, text);
  return path;
}
