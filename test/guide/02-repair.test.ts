import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type RunningSentinel,
  get,
  ingest,
  query,
  settled,
  startProcess,
  transaction,
  without,
} from '../helpers/sentinel.ts';

/** Chapter 2: an event whose structure drifted is repaired, and the repair becomes a rule. */
interface RuleInfo {
  id: string;
  status: string;
  origin: string;
  hits: number;
}

describe('without an LLM', () => {
  let sentinel: RunningSentinel;
  beforeAll(async () => {
    sentinel = await startProcess();
  });
  afterAll(() => sentinel.stop());

  it('user_email for email is repaired by the heuristics, and from then on by the rule', async () => {
    const drifted = () => without(transaction({ user_email: 'ada@example.com' }), 'email');
    const first = await settled(sentinel.url, await ingest(sentinel.url, drifted()));
    expect(first).toMatchObject({
      status: 'repaired',
      healer: 'heuristics',
      plan: { operations: [{ op: 'move', from: '/user_email', to: '/email' }] },
      original: { user_email: 'ada@example.com' },
      result: { email: 'ada@example.com' },
    });
    const second = await settled(sentinel.url, await ingest(sentinel.url, drifted()));
    expect(second).toMatchObject({ status: 'repaired', healer: 'rule', rule_id: first.rule_id });

    const { items } = await get<{ items: RuleInfo[] }>(`${sentinel.url}/api/v1/rules`);
    expect(items).toMatchObject([{ id: first.rule_id, status: 'active', origin: 'heuristic' }]);
    const rows = await query(
      sentinel.url,
      `select email, _repaired, _rule_id from transaction where _repaired order by _received_at`,
    );
    expect(rows).toEqual([
      { email: 'ada@example.com', _repaired: true, _rule_id: first.rule_id },
      { email: 'ada@example.com', _repaired: true, _rule_id: first.rule_id },
    ]);
    const audit = await query(sentinel.url, `select healer, rule_id from _sentinel_repairs order by healer`);
    expect(audit).toEqual([
      { healer: 'heuristics', rule_id: first.rule_id },
      { healer: 'rule', rule_id: first.rule_id },
    ]);
  });

  it('price for amount is a guess that nobody may make: a dead letter', async () => {
    const info = await settled(
      sentinel.url,
      await ingest(sentinel.url, without(transaction({ price: 12 }), 'amount')),
    );
    expect(info).toMatchObject({
      status: 'dead_letter',
      violations: [{ path: '/amount', code: 'required', found: 'missing' }],
    });
  });
});
