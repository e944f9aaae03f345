import { type OpenAiServer, startOpenAiServer } from '../helpers/openai-server.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, ingest, query, settled, transaction, without } from '../helpers/sentinel.ts';
import { type ServiceHere, startHere } from '../helpers/service-here.ts';

/** Chapter 2: an event whose structure drifted is repaired, and the repair becomes a rule. */
interface RuleInfo {
  id: string;
  status: string;
  origin: string;
  hits: number;
}

describe('without an LLM', () => {
  let sentinel: ServiceHere;
  beforeAll(async () => {
    sentinel = await startHere();
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

describe('with an OpenAI-compatible server', () => {
  let openai: OpenAiServer;
  let sentinel: ServiceHere;
  beforeAll(async () => {
    openai = await startOpenAiServer();
    sentinel = await startHere({
      env: {
        OPENAI_BASE_URL: openai.baseUrl,
        OPENAI_API_KEY: 'test-key',
        OPENAI_REMEDIATION_MODEL: 'test-model',
      },
    });
  });
  afterAll(async () => {
    await sentinel.stop();
    await openai.close();
  });
  const priced = (change: Record<string, unknown> = {}) =>
    without(transaction({ price: '12.50', ...change }), 'amount');

  it('price for amount is repaired with one call, and from then on by the rule', async () => {
    openai.answer({ say: { operations: [{ op: 'move', from: '/price', to: '/amount' }] } });
    const first = await settled(sentinel.url, await ingest(sentinel.url, priced()));
    expect(first).toMatchObject({ status: 'repaired', healer: 'llm', rule_id: expect.any(String) as string });
    expect(openai.requests).toHaveLength(1);

    const later = await Promise.all(
      Array.from({ length: 20 }, () => ingest(sentinel.url, priced({ note: 'another field' }))),
    );
    for (const id of later)
      expect(await settled(sentinel.url, id)).toMatchObject({
        status: 'repaired',
        healer: 'rule',
        rule_id: first.rule_id,
      });
    expect(openai.requests).toHaveLength(1);
  });

  it('cost is not taken for price', async () => {
    openai.answer({ say: { reason: 'cost is not the amount that was paid' } });
    const calls = openai.requests.length;
    const costed = without(transaction({ cost: '12.50' }), 'amount');
    const info = await settled(sentinel.url, await ingest(sentinel.url, costed));
    expect(info).toMatchObject({ status: 'dead_letter', violations: [{ path: '/amount' }] });
    expect(openai.requests.length).toBe(calls + 1);
  });

  it('sends the shape of an event and none of its values', async () => {
    openai.answer({ say: { reason: 'no' } });
    const canaries = { secret_note: 'canary-4711', weird: { deep: 'canary-4712' } };
    await settled(sentinel.url, await ingest(sentinel.url, without(transaction(canaries), 'amount')));
    const sent = openai.requests.map(({ text }) => text).join('\n');
    expect(sent).toContain('secret_note');
    expect(sent).not.toContain('canary');
    expect(sent).not.toContain('ada@example.com');
  });

  it.each([
    ['prose', 'I would rename price to amount.'],
    ['the repaired event instead of a plan', JSON.stringify(transaction())],
    ['a literal', JSON.stringify({ operations: [{ op: 'add', path: '/amount', value: 1 }] })],
    [
      'a constant smuggled in by a map',
      JSON.stringify({ operations: [{ op: 'map', path: '/amount', values: { x: 1 } }] }),
    ],
    ['a prototype', JSON.stringify({ operations: [{ op: 'move', from: '/__proto__', to: '/amount' }] })],
  ])('loads nothing when the model answers with %s', async (name, answer) => {
    openai.answer({ say: answer });
    const field = `odd_${name.replaceAll(' ', '_')}`;
    const info = await settled(
      sentinel.url,
      await ingest(sentinel.url, without(transaction({ [field]: '5' }), 'amount')),
    );
    expect(info.status).toBe('dead_letter');
  });
});
