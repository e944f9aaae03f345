import { expect, it } from 'vitest';
import { heuristicsHealer } from '../../src/repair/healers/heuristics/index.ts';
import { healingBench, priced, transactionWith } from '../helpers/healing.ts';

/** A plan that works and can't be right: it repairs nothing, whoever proposed it. */
const recent = [transactionWith({ user_email: 'bob@example.com', price: '99.00' })];
const heuristics = [heuristicsHealer({ threshold: 0.8 })];

it.each(['auto', 'review'] as const)(
  'by the heuristics, with approval %s: a dead letter with the contradiction as its reason',
  async (approval) => {
    const bench = await healingBench({ recent, healers: heuristics, llm: false, config: { approval } });
    try {
      await bench.submit(transactionWith({ email: undefined, user_email: 'ana@example.com' }));
      await bench.settled(1);
      expect(bench.dead).toMatchObject([
        {
          code: 'repair_contradicted',
          reason: expect.stringContaining(
            'in 1 of 1 recent valid events of this sender /user_email differs',
          ) as string,
          attempts: [{ healer: 'heuristics', plan: { operations: [{ op: 'move' }] } }],
        },
      ]);
      expect(await bench.rules.list()).toEqual([]);
    } finally {
      await bench.close();
    }
  },
);

it('by the model: one call, and the refusal is remembered', async () => {
  const bench = await healingBench({ recent });
  try {
    bench.model.answer({ say: { operations: [{ op: 'move', from: '/price', to: '/amount' }] } });
    await bench.submit(priced(), priced());
    await bench.settled(2);
    await bench.submit(priced());
    await bench.settled(3);
    expect(bench.dead.map(({ code }) => code)).toEqual(
      Array.from({ length: 3 }, () => 'repair_contradicted'),
    );
    expect(bench.model.requests).toHaveLength(1);
    expect(await bench.rules.list()).toEqual([]);
  } finally {
    await bench.close();
  }
});

it('the next healer is asked: where the heuristics are contradicted, the model may know', async () => {
  const bench = await healingBench({ recent, healers: heuristics });
  try {
    bench.model.answer({ say: { operations: [{ op: 'move', from: '/buyer', to: '/email' }] } });
    const event = { email: undefined, user_email: 'ana@example.com', buyer: 'eve@example.com' };
    await bench.submit(transactionWith(event));
    await bench.settled(1);
    expect(bench.fixed).toMatchObject([{ healer: 'llm', event: { email: 'eve@example.com' } }]);
  } finally {
    await bench.close();
  }
});
