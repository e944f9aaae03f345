import { describe, expect, it } from 'vitest';
import { SentinelError } from '../../src/model/errors.ts';
import { hourlyBudget } from '../../src/repair/healers/llm/budget.ts';
import { circuitBreaker } from '../../src/repair/healers/llm/circuit-breaker.ts';

const down = () => Promise.reject(new SentinelError('llm_unavailable', 'connection refused'));
const up = () => Promise.resolve('answer');

describe('the circuit breaker', () => {
  const open = async () => {
    let time = 0;
    const breaker = circuitBreaker({ threshold: 3, cooldownMs: 1000, now: () => time });
    for (let i = 0; i < 3; i++) await expect(breaker.run(down)).rejects.toThrow('connection refused');
    return { breaker, advance: (ms: number) => (time += ms) };
  };

  it('opens after consecutive failures, and then asks no more', async () => {
    const { breaker } = await open();
    let asked = 0;
    await expect(breaker.run(async () => ++asked)).rejects.toMatchObject({ code: 'llm_unavailable' });
    expect(asked).toBe(0);
  });

  it('lets one probe through after the pause, and closes when it succeeds', async () => {
    const { breaker, advance } = await open();
    advance(1000);
    expect(breaker.state).toBe('half_open');
    const probe = breaker.run(up);
    await expect(breaker.run(up)).rejects.toMatchObject({ code: 'llm_unavailable' });
    expect(await probe).toBe('answer');
    expect(breaker.state).toBe('closed');
  });

  it('stays open for as long again when the probe fails', async () => {
    const { breaker, advance } = await open();
    advance(1000);
    await expect(breaker.run(down)).rejects.toThrow();
    advance(999);
    expect(breaker.state).toBe('open');
    advance(1);
    expect(breaker.state).toBe('half_open');
  });

  it('does not count what says nothing about the server', async () => {
    const breaker = circuitBreaker({ threshold: 1, cooldownMs: 1000 });
    const spent = () => Promise.reject(new SentinelError('llm_budget_exhausted', 'spent'));
    await expect(breaker.run(spent)).rejects.toThrow();
    expect(breaker.state).toBe('closed');
  });
});

describe('the hourly budget', () => {
  it('forbids calls beyond the hour’s number, until the hour has passed', () => {
    let time = 0;
    const budget = hourlyBudget({ maxCalls: 2, maxTokens: 1000, now: () => time });
    budget.takeCall();
    time = 1_800_000;
    budget.takeCall();
    expect(() => budget.takeCall()).toThrow(expect.objectContaining({ code: 'llm_budget_exhausted' }));
    time = 3_600_000;
    budget.takeCall();
    expect(() => budget.takeCall()).toThrow(SentinelError);
  });

  it('forbids calls when the tokens are spent', () => {
    const budget = hourlyBudget({ maxCalls: 100, maxTokens: 1000 });
    budget.takeCall();
    budget.addTokens(1000);
    expect(() => budget.takeCall()).toThrow(/1000 tokens/);
  });
});
