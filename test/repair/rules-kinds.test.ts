import { beforeEach, describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import type { StateStore } from '../../src/engine/engine.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import type { Operation } from '../../src/model/plan.ts';
import type { RuleOrigin } from '../../src/model/rule.ts';
import { type RuleStore, openRuleStore } from '../../src/repair/rules/store.ts';
import { memoryState } from '../../src/testing/memory-state.ts';
import { failureOf, silent } from '../helpers/healing.ts';

const contract = contractFromJsonSchema({
  'x-contract': { name: 'meter_reading', version: '1.0.0' },
  type: 'object',
  properties: {
    meter: { type: 'string' },
    amount: { type: 'string', pattern: '^[0-9]+$' },
    read_at: { type: 'string', format: 'date-time' },
    state: { enum: ['open', 'done'] },
  },
  required: ['meter', 'amount', 'read_at', 'state'],
});
const valid = { meter: 'm-1', amount: '12', read_at: '2026-03-04T05:06:07Z', state: 'open' };

const dayMs = 86_400_000;
let time: number;
let state: StateStore;
let rules: RuleStore;
const open = () =>
  openRuleStore(state, { ttlDays: 7, contracts: { get: () => contract }, log: silent, now: () => time });
beforeEach(async () => {
  time = Date.parse('2026-11-23T12:00:00Z');
  state = memoryState(() => time);
  rules = await open();
});

async function learn(event: JsonObject, operations: Operation[], origin: RuleOrigin): Promise<string> {
  const plan = { operations };
  const learned = await rules.learn({
    failure: failureOf(event, contract),
    plan,
    origin,
    evidence: [],
    approval: 'auto',
  });
  if (learned.kind !== 'learned') throw new Error(learned.kind);
  return learned.rule.id;
}

/** What a rule makes of the event; undefined when it makes nothing of it. */
function byRule(event: JsonObject): Json | undefined {
  const { violations, source } = failureOf(event, contract);
  const found = rules.find(contract.name, contract.version, source, violations, event);
  const made = found.kind === 'rule' ? found.apply(event, violations) : undefined;
  return made?.ok === true ? made.value.event : undefined;
}

/** A rule's operations, an event that it repairs, and one that fails in the same way and that nothing repairs. */
const kinds: [string, Operation[], JsonObject, JsonObject][] = [
  ['trims', [{ op: 'trim', path: '/amount' }], { ...valid, amount: ' 12 ' }, { ...valid, amount: 'a dozen' }],
  [
    'casts',
    [{ op: 'cast', path: '/read_at', to: 'datetime', format: 'YYYY/MM/DD HH:mm:ssZ' }],
    { ...valid, read_at: '2026/03/04 05:06:07Z' },
    { ...valid, read_at: 'this morning' },
  ],
  [
    'maps',
    [{ op: 'map', path: '/state', values: { finished: 'done' } }],
    { ...valid, state: 'finished' },
    { ...valid, state: 'who knows' },
  ],
];

describe.each(kinds)('a rule that %s', (_, operations, good, hopeless) => {
  it('is not switched off by events of the same signature that no plan could repair', async () => {
    const id = await learn(good, operations, 'heuristic');
    const repaired = byRule(good);
    expect(repaired).toMatchObject({ meter: 'm-1' });
    for (let i = 0; i < 100; i++) expect(byRule(hopeless)).toBeUndefined();
    expect(byRule(good)).toEqual(repaired);
    await rules.close();
    expect(await rules.get(id)).toMatchObject({ status: 'active' });
    rules = await open();
    expect(byRule(good)).toEqual(repaired);
  });

  it('lives on while it is used, and ends a week after its last use', async () => {
    await learn(good, operations, 'heuristic');
    for (let day = 0; day < 20; day += 5) {
      time += 5 * dayMs;
      expect(byRule(good)).toBeDefined();
      await rules.close();
      rules = await open();
    }
    time += 8 * dayMs;
    expect(byRule(good)).toBeUndefined();
  });

  it('has no end, used or not, when a person taught it', async () => {
    await learn(good, operations, 'person');
    time += 365 * dayMs;
    await rules.close();
    rules = await open();
    expect(byRule(good)).toBeDefined();
  });
});
