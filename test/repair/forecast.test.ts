import { afterEach, expect, it } from 'vitest';
import { heuristicsHealer } from '../../src/repair/healers/heuristics/index.ts';
import { type HealingBench, healingBench, priced, transactionWith } from '../helpers/healing.ts';

/** What a dry run says of events before the healers get them: the same as they then do, and nothing comes of asking. */
let bench: HealingBench;
afterEach(() => bench.close());

const renamed = () => {
  const { user_id, ...event } = transactionWith({});
  return { ...event, userId: user_id! };
};

it('says which events the healers would repair, and learns nothing', async () => {
  bench = await healingBench({ healers: [heuristicsHealer()], llm: false });
  const events = [renamed(), priced(), transactionWith({ amount: 'nothing' })];
  expect(await bench.forecast(...events)).toEqual(['repaired', 'dead_letter', 'dead_letter']);
  expect(await bench.rules.list()).toEqual([]);
  await bench.submit(...events);
  await bench.settled(3);
  expect(bench.fixed).toHaveLength(1);
  const [rule] = await bench.rules.list();
  expect(await bench.forecast(renamed())).toEqual(['repaired']);
  expect(await bench.rules.list()).toEqual([rule]);
  await bench.rules.disable(rule!.id);
  expect(await bench.forecast(renamed())).toEqual(['dead_letter']);
});

it('says which would wait for the model, without asking it', async () => {
  bench = await healingBench();
  expect(await bench.forecast(priced(), priced())).toEqual(['waits', 'waits']);
  expect(bench.model.requests).toEqual([]);
  expect((await bench.status()).llm).toMatchObject({ calls_in_flight: 0 });
});

it('says which would wait for the approval of a rule, and puts up none', async () => {
  bench = await healingBench({ healers: [heuristicsHealer()], llm: false, config: { approval: 'review' } });
  expect(await bench.forecast(renamed())).toEqual(['waits']);
  expect(await bench.rules.list()).toEqual([]);
});
