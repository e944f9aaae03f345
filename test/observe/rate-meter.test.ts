import { expect, it } from 'vitest';
import { createActivity } from '../../src/observe/history/activity.ts';
import { createRateMeter } from '../../src/observe/history/rate-meter.ts';
import { StepFailure } from '../../src/steps/step.ts';

it('tells events per second, however many look at once', () => {
  let now = 0;
  const meter = createRateMeter(() => now);
  const look = (at: number, count: number) => {
    now = at;
    return meter.perSecond('topic', count);
  };
  expect(look(0, 1000)).toBeUndefined();
  expect(look(1000, 1010)).toBe(10);
  expect(look(1001, 1010)).toBe(10);
  expect(look(2000, 1020)).toBe(10);
  expect(look(4000, 1020)).toBe(5);
  expect(look(6000, 1020)).toBe(0);
  expect(look(8000, 900)).toBe(0);
  expect(look(100_000, 5000)).toBeUndefined();
});

it('keeps the last errors of a step, without what they quote', () => {
  const activity = createActivity(() => new Date(0));
  activity.handled('pay', 3);
  for (let at = 0; at < 12; at++) activity.failed('pay', new StepFailure(`try ${at}`, { tag: 'NO_MONEY' }));
  activity.failed('pay', new Error('bad value "4111 1111 1111 1111"'));
  const [step] = activity.steps();
  expect(step).toMatchObject({ name: 'pay', handled: 3, errors: 13 });
  expect(step!.last_errors).toHaveLength(10);
  expect(step!.last_errors[0]).toEqual({
    at: '1970-01-01T00:00:00.000Z',
    code: null,
    message: 'bad value …',
  });
  expect(step!.last_errors[1]).toMatchObject({ code: 'NO_MONEY', message: 'try 11' });
});
