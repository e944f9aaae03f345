import { describe, expect, it } from 'vitest';
import { type LlmExchange, createLlmAudit } from '../../src/repair/healing/llm-audit.ts';
import { hourlyBudget } from '../../src/repair/healers/llm/budget.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

const start = Date.parse('2026-11-23T10:00:00Z');
const exchange = (minute: number, change: Partial<LlmExchange> = {}): LlmExchange => ({
  at: new Date(start + minute * 60_000).toISOString(),
  contract: 'transaction',
  version: '1.0.0',
  source: 'shop',
  signature: 'a'.repeat(32),
  attempt: 1,
  model: 'test-model',
  messages: [{ role: 'user', content: `question ${minute}` }],
  answer: '{}',
  outcome: 'invalid',
  tokens: 100,
  duration_ms: 5,
  ...change,
});

describe('the audit of the model', () => {
  it('lists what was kept, newest first, page by page, also after a restart', async () => {
    const state = memoryState(() => start);
    const audit = createLlmAudit(state, { now: () => start });
    for (let minute = 0; minute < 120; minute++) await audit.keep(exchange(minute));
    const again = createLlmAudit(state, { now: () => start });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await again.list({}, { limit: 50, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map(({ at }) => at));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toEqual(Array.from({ length: 120 }, (_, i) => exchange(119 - i).at));
  });

  it('finds those of a contract and of a signature', async () => {
    const audit = createLlmAudit(
      memoryState(() => start),
      { now: () => start },
    );
    await audit.keep(exchange(1));
    await audit.keep(exchange(2, { contract: 'order' }));
    await audit.keep(exchange(3, { signature: 'b'.repeat(32) }));
    const minutes = async (filter: object) =>
      (await audit.list(filter, { limit: 10 })).items.map(({ at }) => (Date.parse(at) - start) / 60_000);
    expect(await minutes({ contract: 'order' })).toEqual([2]);
    expect(await minutes({ signature: 'a'.repeat(32) })).toEqual([2, 1]);
  });

  it('keeps the latest ones only, by number', async () => {
    const state = memoryState(() => start);
    for (let minute = 0; minute < 4; minute++)
      await createLlmAudit(state, { now: () => start, maxEntries: 3 }).keep(exchange(minute));
    const { items } = await createLlmAudit(state).list({}, { limit: 10 });
    expect(items.map(({ at }) => at)).toEqual([3, 2, 1].map((minute) => exchange(minute).at));
  });

  it('forgets after a month, and after a day what was never answered', async () => {
    let time = start;
    const audit = createLlmAudit(
      memoryState(() => time),
      { now: () => time },
    );
    await audit.keep(exchange(0));
    await audit.keep(exchange(0, { outcome: 'unavailable' }));
    const outcomes = async () => (await audit.list({}, { limit: 10 })).items.map(({ outcome }) => outcome);
    time += 2 * 86_400_000;
    expect(await outcomes()).toEqual(['invalid']);
    time += 29 * 86_400_000;
    expect(await outcomes()).toEqual([]);
  });

  it('notes the rule that came of an answer', async () => {
    const audit = createLlmAudit(
      memoryState(() => start),
      { now: () => start },
    );
    await audit.becameRule(await audit.keep(exchange(0, { outcome: 'plan' })), 'r_1');
    expect((await audit.list({}, { limit: 1 })).items).toMatchObject([{ outcome: 'plan', rule_id: 'r_1' }]);
  });

  it("lets a restart go on with the hour's budget", async () => {
    const now = () => start + 90 * 60_000;
    const state = memoryState(now);
    const audit = createLlmAudit(state, { now });
    for (const minute of [0, 40, 50]) await audit.keep(exchange(minute));
    const budget = hourlyBudget({ maxCalls: 3, maxTokens: 10_000, now });
    await createLlmAudit(state, { now }).followSpent(budget.book);
    expect(budget.used()).toEqual({ calls: 2, tokens: 200 });
    budget.takeCall();
    expect(() => budget.takeCall()).toThrow(/3 calls/);
  });

  it('shares the hour among processes: each counts the calls of the others, and its own once', async () => {
    let time = start;
    const now = () => time;
    const state = memoryState(now);
    const [one, two] = [0, 1].map(() => ({
      audit: createLlmAudit(state, { now }),
      budget: hourlyBudget({ maxCalls: 3, maxTokens: 10_000, now }),
    })) as [Process, Process];
    for (const { audit, budget } of [one, two]) await audit.followSpent(budget.book);
    const ask = async ({ audit, budget }: Process) => {
      budget.takeCall();
      budget.addTokens(100);
      const id = await audit.keep(exchange((time - start) / 60_000));
      // Writes the entry once more.
      await audit.becameRule(id, 'r_1');
      await new Promise(setImmediate);
    };
    await ask(one);
    time += 60_000;
    await ask(two);
    await ask(one);
    for (const { budget } of [one, two]) {
      expect(budget.used()).toEqual({ calls: 3, tokens: 300 });
      expect(() => budget.takeCall()).toThrow(/3 calls/);
    }
    time = start + 3_600_000;
    for (const { budget } of [one, two]) expect(budget.used()).toEqual({ calls: 2, tokens: 200 });
  });
});

interface Process {
  audit: ReturnType<typeof createLlmAudit>;
  budget: ReturnType<typeof hourlyBudget>;
}
