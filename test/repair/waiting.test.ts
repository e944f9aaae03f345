import { afterEach, describe, expect, it } from 'vitest';
import { heuristicsHealer } from '../../src/repair/healers/heuristics/index.ts';
import { createWaitingNotes, waitingFor } from '../../src/repair/healing/waiting.ts';
import { changesOf } from '../../src/repair/plans/changes.ts';
import { type HealingBench, failureOf, healingBench, transactionWith } from '../helpers/healing.ts';

let bench: HealingBench;
afterEach(() => bench.close());

const mailed = (amount: string) => transactionWith({ amount, email: undefined, EMail: 'ana@example.com' });

describe('what waits for a person', () => {
  it('is counted, and some of it is shown as it came and as it would be loaded', async () => {
    bench = await healingBench({
      config: { approval: 'review' },
      healers: [heuristicsHealer()],
      llm: false,
    });
    const ids = await bench.submit(...['1', '2', '3', '4', '5'].map(mailed));
    await bench.until(async () => (await bench.rules.list()).length === 1);
    const [rule] = await bench.rules.list();
    await bench.until(async () => (await waitingFor(bench.engine.state, rule!.id)).count === 5);
    const { samples } = await waitingFor(bench.engine.state, rule!.id);
    expect(samples).toHaveLength(3);
    const [{ request_id, before, after }] = samples as [(typeof samples)[0]];
    expect(ids).toContain(request_id);
    expect(changesOf(before, rule!.plan, after)).toMatchObject([
      { path: '/email', from: ['/EMail'], before: 'ana@example.com', after: 'ana@example.com' },
    ]);
  });

  it('is forgotten when it asks no more, of several workers that saw it', async () => {
    bench = await healingBench({ llm: false });
    let now = Date.now();
    const { state } = bench.engine;
    const notes = () => createWaitingNotes({ state, onFailure: () => undefined, now: () => now });
    const [one, other] = [notes(), notes()];
    const failure = failureOf(mailed('1'));
    const learned = await bench.rules.learn({
      failure,
      plan: { operations: [{ op: 'move', from: '/EMail', to: '/email' }] },
      origin: 'heuristic',
      evidence: [],
      approval: 'review',
    });
    if (learned.kind !== 'learned') throw new Error(`the rule is ${learned.kind}`);
    const { rule } = learned;
    one.saw(rule, failure, 'a');
    one.saw(rule, failure, 'b');
    other.saw(rule, failure, 'c');
    await Promise.all([one.flush(), other.flush()]);
    expect(await waitingFor(state, rule.id)).toMatchObject({ count: 3 });
    now += 60_000;
    one.saw(rule, failure, 'b');
    await one.flush();
    const seen = await waitingFor(state, rule.id);
    expect(seen.count).toBe(2);
    expect(seen.samples.map((sample) => sample.request_id)).toEqual(expect.arrayContaining(['b', 'c']));
  });
});
