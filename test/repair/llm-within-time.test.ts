import { expect, it } from 'vitest';
import { withinTime } from '../../src/repair/healers/llm/within-time.ts';

const never = new AbortController().signal;
/** Work that does not look at its signal. */
const deaf = () => new Promise<never>(() => {});

it('gives what the work gives', async () => {
  expect(await withinTime(1000, never, async () => 'done')).toBe('done');
});

it('ends work that takes too long, and tells it so', async () => {
  let told: AbortSignal | undefined;
  const waiting = withinTime(20, never, (signal) => {
    told = signal;
    return deaf();
  });
  await expect(waiting).rejects.toThrow('no end within 20 ms');
  expect(told?.aborted).toBe(true);
});

it('ends when whoever asked has gone', async () => {
  const asking = new AbortController();
  const waiting = withinTime(60_000, asking.signal, deaf);
  asking.abort(new Error('stopping'));
  await expect(waiting).rejects.toThrow('stopping');
  await expect(withinTime(60_000, asking.signal, deaf)).rejects.toThrow('stopping');
});
