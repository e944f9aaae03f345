import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { date, datetime, decimal } from '../../src/contracts/fields/index.ts';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import { defineContract } from '../../src/contracts/zod/define.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import type { CastType, Operation } from '../../src/model/plan.ts';
import { heuristicsHealer } from '../../src/repair/healers/heuristics/index.ts';
import { type FormatWitness, witnessOf } from '../../src/repair/plans/formats.ts';
import { tryPlan } from '../../src/repair/plans/trial.ts';
import { validateWhole } from '../../src/repair/plans/whole.ts';
import { openRuleStore } from '../../src/repair/rules/store.ts';
import { failureOf, healingBench, silent } from '../helpers/healing.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

describe('what a value says of a format', () => {
  it.each<[Json, CastType, string, FormatWitness]>([
    ['13/04/2026', 'date', 'DD/MM/YYYY', 'proves'],
    ['04/04/2026', 'date', 'DD/MM/YYYY', 'open'],
    ['12.12.2026', 'date', 'DD.MM.YYYY', 'open'],
    ['03/04/2026', 'date', 'DD/MM/YYYY', 'ambiguous'],
    ['04/13/2026', 'date', 'DD/MM/YYYY', 'contradicts'],
    ['2026/04/13', 'date', 'YYYY/MM/DD', 'proves'],
    ['20260413', 'date', 'YYYYMMDD', 'proves'],
    ['13 Apr 2026', 'date', 'DD MMM YYYY', 'proves'],
    ['03/04/2026 10:00 Z', 'datetime', 'DD/MM/YYYY HH:mm Z', 'ambiguous'],
    ['13/04/2026 10:00 Z', 'datetime', 'MM/DD/YYYY HH:mm Z', 'contradicts'],
    ['2026-04-13', 'date', 'DD/MM/YYYY', 'unreadable'],
    ['soon', 'date', 'DD/MM/YYYY', 'unreadable'],
    ['12.5', 'number', '1234.56', 'proves'],
    ['250', 'number', '1,234.56', 'open'],
    ['1.234', 'number', '1234.56', 'ambiguous'],
    ['1.234,5', 'number', '1,234.56', 'contradicts'],
    ['1,234.5', 'decimal', '1.234,56', 'contradicts'],
    [1795466911, 'datetime', 'unix', 'proves'],
    [1795466911000, 'datetime', 'unix', 'contradicts'],
  ])('%j to %s as %s: %s', (value, to, format, expected) => {
    expect(witnessOf(value, to, format)).toBe(expected);
  });
});

const bill = defineContract({
  name: 'bill',
  version: '1.0.0',
  schema: z.object({ due: date(), note: z.string().optional() }),
});
const time = Date.parse('2026-11-23T12:00:00Z');
const open = (now = () => time) =>
  openRuleStore(memoryState(now), { ttlDays: 7, contracts: { get: () => bill }, log: silent, now });
const reading = (format: string): Operation[] => [{ op: 'cast', path: '/due', to: 'date', format }];
const lesson = (event: JsonObject, format = 'DD/MM/YYYY', peers: JsonObject[] = []) => ({
  failure: { ...failureOf(event, bill), peers },
  plan: { operations: reading(format) },
  origin: 'heuristic' as const,
  evidence: [],
  approval: 'auto' as const,
});

describe('a rule with a format', () => {
  it.each([
    ['04/04/2026', true],
    ['12/12/2026', true],
    ['03/04/2026', false],
    ['01/02/2026', false],
  ])('is not learned from %s, which proves none', async (due, alike) => {
    const rules = await open();
    expect(await rules.learn(lesson({ due }))).toMatchObject({ kind: 'unproven', alike });
    expect(await rules.learn({ ...lesson({ due }), origin: 'llm' })).toMatchObject({ kind: 'unproven' });
    expect(await rules.list()).toEqual([]);
  });

  it('is learned from a value, or a peer, that only this format reads; or from a person', async () => {
    const rules = await open();
    expect(
      await rules.learn(lesson({ due: '03/04/2026' }, 'DD/MM/YYYY', [{ due: '30/04/2026' }])),
    ).toMatchObject({
      kind: 'learned',
    });
    const others = await open();
    expect(await others.learn({ ...lesson({ due: '03/04/2026' }), origin: 'person' })).toMatchObject({
      kind: 'learned',
    });
  });

  it('is void when an event contradicts it, and says since when its rows are in doubt', async () => {
    let now = time;
    const rules = await open(() => now);
    const use = (event: JsonObject) => {
      const { contract, source, violations } = failureOf(event, bill);
      const found = rules.find(contract.name, contract.version, source, violations, event);
      return found.kind === 'rule' ? found.apply(event, violations).ok : found.kind;
    };
    await rules.learn(lesson({ due: '13/04/2026' }));
    now += 60_000;
    expect(use({ due: '14/04/2026' })).toBe(true);
    const provenAt = new Date(now).toISOString();
    now += 60_000;
    expect(use({ due: '03/04/2026' })).toBe(true);
    now += 60_000;
    expect(use({ due: 'soon' })).toBe(false);
    expect(use({ due: '03/04/2026' })).toBe(true);
    expect(use({ due: '04/13/2026' })).toBe(false);
    expect(use({ due: '03/04/2026' })).toBe('none');
    await rules.close();
    const [rule] = await rules.list();
    expect(rule).toMatchObject({
      status: 'disabled',
      disabled_by: 'contradiction',
      doubt: { since: provenAt, reason: expect.stringContaining('/due') as string },
    });
    // Nor does the other format take its place, for a sender who writes both.
    expect(await rules.learn(lesson({ due: '04/13/2026' }, 'MM/DD/YYYY'))).toMatchObject({
      kind: 'unproven',
      alike: true,
    });
  });

  it('of numbers is void likewise', async () => {
    const contract = contractFromJsonSchema({
      'x-contract': { name: 'bill', version: '1.0.0' },
      type: 'object',
      properties: { total: { type: 'number' } },
      required: ['total'],
    });
    const rules = await openRuleStore(memoryState(), {
      ttlDays: 7,
      contracts: { get: () => contract },
      log: silent,
    });
    const use = (event: JsonObject) => {
      const { source, violations } = failureOf(event, contract);
      const found = rules.find('bill', '1.0.0', source, violations, event);
      const made = found.kind === 'rule' ? found.apply(event, violations) : undefined;
      return made?.ok === true ? made.value.event['total'] : found.kind;
    };
    const event = { total: '12.5' };
    const proposal = await heuristicsHealer().propose(
      failureOf(event, contract),
      new AbortController().signal,
    );
    if (proposal.kind === 'refused') throw new Error(proposal.reason);
    await rules.learn({ ...lesson({ due: 'x' }), failure: failureOf(event, contract), plan: proposal.plan });
    expect(use({ total: '1.234' })).toBe(1.234);
    expect(use({ total: '1.234,5' })).toBe('rule');
    expect(use({ total: '1.234' })).toBe('none');
  });
});

describe('an event whose date reads the same in every format', () => {
  it('is repaired, and teaches nothing', async () => {
    const bench = await healingBench({ healers: [heuristicsHealer()], llm: false, contract: bill });
    try {
      await bench.submit({ due: '04/04/2026' });
      await bench.settled(1);
      expect(bench.fixed[0]?.event).toEqual({ due: '2026-04-04' });
      expect(await bench.rules.list()).toEqual([]);
      await bench.submit({ due: '04/05/2026' });
      await bench.settled(2);
      expect(bench.dead).toHaveLength(1);
    } finally {
      await bench.close();
    }
  });
});

describe('a time that a plan brings from elsewhere', () => {
  const login = defineContract({
    name: 'login',
    version: '1.0.0',
    schema: z.object({ seen_at: datetime(), size: decimal().optional() }),
  });
  const bring = (when: Json) =>
    tryPlan(failureOf({ when }, login), { operations: [{ op: 'move', from: '/when', to: '/seen_at' }] });

  it.each<[Json]>([
    ['2026-01-15 10:30:00'],
    ['2026-01-15T10:30'],
    ['2026-01-15'],
    [0],
    [1],
    ['0'],
    ['2026030405'],
    [-1795466911],
  ])('%j is refused: it names no instant', (when) => {
    expect(bring(when)).toMatchObject({
      ok: false,
      error: { reason: expect.stringContaining('/seen_at') as string },
    });
  });

  it.each<[Json, string]>([
    ['2026-01-15 10:30:00Z', '2026-01-15T10:30:00Z'],
    ['2026-01-15T10:30:00-05:00', '2026-01-15T15:30:00Z'],
    [1795466911, '2026-11-23T20:48:31Z'],
    ['1795466911000', '2026-11-23T20:48:31Z'],
  ])('%j is %s', (when, expected) => {
    expect(bring(when)).toMatchObject({ ok: true, value: { value: { seen_at: expected } } });
  });

  it('is read in the zone that the event names beside it', async () => {
    for (const zone of ['timezone', 'tz', 'utc_offset', 'time_zone_name']) {
      const failure = failureOf({ seenAt: '2026-01-15 10:30:00', [zone]: 'America/New_York' }, login);
      const proposal = await heuristicsHealer().propose(failure, new AbortController().signal);
      if (proposal.kind === 'refused') throw new Error(proposal.reason);
      const tried = tryPlan(failure, proposal.plan);
      expect(tried).toMatchObject({ ok: true, value: { value: { seen_at: '2026-01-15T15:30:00Z' } } });
    }
  });
});

describe('a time of which the contract says the zone', () => {
  const stay = defineContract({
    name: 'stay',
    version: '1.0.0',
    schema: z.object({
      room: z.string(),
      arrived_at: datetime({ zone: 'UTC' }),
      nights: z.array(z.object({ from: datetime({ zone: '+02:00' }) })).optional(),
    }),
  });
  const time = '2026-01-15T10:30:00';
  const event = { room: 'a', arrived_at: time };

  it('is read in it', () => {
    expect(validateWhole(stay, { ...event, nights: [{ from: time }] })).toMatchObject({
      ok: true,
      value: { arrived_at: `${time}Z`, nights: [{ from: '2026-01-15T08:30:00Z' }] },
    });
  });

  it('unless the event names another one', async () => {
    expect(validateWhole(stay, { ...event, timezone: 'UTC' }).ok).toBe(true);
    expect(validateWhole(stay, { ...event, arrived_at: `${time}Z`, timezone: 'Asia/Tokyo' }).ok).toBe(true);
    for (const timezone of ['Asia/Tokyo', 'EST', -300]) {
      expect(validateWhole(stay, { ...event, timezone })).toMatchObject({
        ok: false,
        violations: [{ path: '/arrived_at', code: 'format' }],
      });
      const moved = failureOf({ room: 'a', arrivedAt: time, timezone }, stay);
      const operations = [{ op: 'move' as const, from: '/arrivedAt', to: '/arrived_at' }];
      expect(tryPlan(moved, { operations })).toMatchObject({ ok: false });
    }
    const night = { from: time, tz: 'Asia/Tokyo' };
    expect(validateWhole(stay, { ...event, nights: [night] })).toMatchObject({
      violations: [{ path: '/nights/0/from' }],
    });
  });
});
