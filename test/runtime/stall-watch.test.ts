import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { StallWatch } from '../../src/runtime/stall-watch.ts';
import { createBeat, keepBeat } from '../../src/support/beat.ts';

it('whoever asks a thread that stands still is told so; one that turns may take any time', async () => {
  const [still, turning] = [new StallWatch(createBeat()), createBeat()];
  keepBeat(turning);
  const watch = new StallWatch(turning);
  const slow = watch.orBusy(sleep(2200, 'answer'));
  const from = Date.now();
  await expect(still.orBusy(new Promise(() => undefined))).rejects.toMatchObject({
    code: 'pipeline_busy',
    retryable: true,
  });
  expect(Date.now() - from).toBeGreaterThan(1000);
  expect(await still.orBusy(Promise.resolve(1))).toBe(1);
  expect(await slow).toBe('answer');
  still.stop();
  watch.stop();
});
