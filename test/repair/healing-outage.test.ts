import { afterEach, describe, expect, it } from 'vitest';
import { type HealingBench, healingBench, priced, transactionWith } from '../helpers/healing.ts';

let bench: HealingBench;
afterEach(() => bench.close());

const priceToAmount = { operations: [{ op: 'move', from: '/price', to: '/amount' }] };

const waitingSignatures = async () => (await bench.status()).llm?.waiting;

describe('while the model cannot be asked', () => {
  it('events wait, the circuit opens, and none is lost when it comes back', async () => {
    let time = Date.now();
    bench = await healingBench({ now: () => time });
    bench.model.answer({ status: 503, retryAfter: 30 });
    await bench.submit(...Array.from({ length: 200 }, () => priced()));
    for (let tries = 1; tries <= 3; tries++) {
      await bench.until(async () => bench.audited.length === tries && (await waitingSignatures()) === 1);
      time += 3000;
    }
    await bench.until(async () => (await bench.status()).llm?.breaker.state === 'open');
    time += 3000;
    expect(bench.model.requests).toHaveLength(3);
    expect(await bench.waiting()).toBe(200);
    expect(bench.dead).toEqual([]);

    bench.model.answer({ say: priceToAmount });
    time += 30_000;
    await bench.settled(200);
    expect(bench.fixed).toHaveLength(200);
    expect(bench.model.requests).toHaveLength(4);
    await bench.until(async () => (await bench.waiting()) === 0);
  });

  it('they become dead letters at once when the config says so', async () => {
    bench = await healingBench({ config: { onLlmUnavailable: 'dead_letter' } });
    bench.model.answer({ status: 401 });
    await bench.submit(priced(), priced());
    await bench.settled(2);
    expect(bench.dead.map((letter) => letter.code)).toEqual(['llm_unavailable', 'llm_unavailable']);
    expect(bench.dead[0]?.reason).toMatch(/401/);
  });

  it('they become dead letters when they have waited too long', async () => {
    let time = Date.now();
    bench = await healingBench({ now: () => time, config: { maxWaitMinutes: 60 } });
    bench.model.answer({ status: 503, retryAfter: 30 });
    await bench.submit(priced());
    await bench.until(async () => (await waitingSignatures()) === 1);
    time += 3_600_000;
    await bench.settled(1);
    expect(bench.dead[0]).toMatchObject({ code: 'llm_unavailable' });
  });

  it('a spent budget counts as such', async () => {
    bench = await healingBench({ config: { maxCallsPerHour: 1, onLlmUnavailable: 'dead_letter' } });
    bench.model.answer({ say: { operations: null, reason: 'no' } });
    await bench.submit(priced());
    await bench.settled(1);
    await bench.submit(transactionWith({ amount: undefined, cost: '12.50' }));
    await bench.settled(2);
    expect(bench.model.requests).toHaveLength(1);
    expect(bench.dead[1]?.reason).toMatch(/1 calls were made in the last hour/);
  });
});
