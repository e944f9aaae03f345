import { expect, it } from 'vitest';
import { createTurns } from '../../src/repair/healing/turns.ts';

const workFor = (ms: number): void => {
  for (const end = performance.now() + ms; performance.now() < end;);
};

it('gives what waits its turn', async () => {
  const turn = createTurns(() => false);
  let hasRun = false;
  setImmediate(() => (hasRun = true));
  expect(turn()).toBeUndefined();
  workFor(3);
  await turn();
  expect(hasRun).toBe(true);
});

it('leaves most of the thread to others while they have a full load', async () => {
  const turn = createTurns(() => true);
  for (let round = 0; round < 3; round++) {
    workFor(4);
    const since = performance.now();
    await turn();
    // A timer may come a millisecond early.
    expect(performance.now() - since).toBeGreaterThan(10);
  }
});
