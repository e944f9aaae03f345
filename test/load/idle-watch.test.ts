import { expect, it } from 'vitest';
import type { Destination } from '../../src/load/destination.ts';
import { createLoadStage } from '../../src/load/stage.ts';
import { SentinelError } from '../../src/model/errors.ts';
import { pause } from '../../src/support/retry.ts';
import { silent } from '../helpers/healing.ts';
import { until } from '../helpers/until.ts';

/** A stage over a destination that answers a ping as `answer` does. */
function watched(answer: { ping: () => Promise<void> }, timing = { idleMs: 20, answerMs: 5000 }) {
  const stage = createLoadStage({ destination: answer as Destination, log: silent });
  const broken: unknown[] = [];
  const unwatch = stage.watch((error) => broken.push(error), timing);
  return { stage, broken, unwatch };
}
const away = async () => Promise.reject(new SentinelError('destination_unavailable', 'nobody listens'));

it('a destination that goes away while nothing is loaded is in trouble until it is back', async () => {
  const answer = { ping: away as () => Promise<void> };
  const { stage } = watched(answer);
  await until(() => stage.trouble()?.error === 'nobody listens');
  answer.ping = async () => undefined;
  await until(() => stage.trouble() === undefined);
  stage.stop();
});

it('one that does not answer is in trouble, and is asked one question at a time', async () => {
  let asked = 0;
  const ping = () => {
    asked++;
    return new Promise<void>(() => undefined);
  };
  const { stage } = watched({ ping }, { idleMs: 5, answerMs: 5 });
  await until(() => stage.trouble()?.code === 'destination_unavailable');
  const { since } = stage.trouble()!;
  await until(() => Date.now() - Date.parse(since) > 300);
  expect(asked).toBe(1);
  stage.stop();
});

it('is not asked while it is loaded', async () => {
  let isLoading = true;
  const whileLoading: boolean[] = [];
  const { stage, unwatch } = watched({ ping: async () => void whileLoading.push(isLoading) });
  await stage.inTurn('a load', async () => void (await pause(100)));
  isLoading = false;
  await until(() => whileLoading.length > 0);
  unwatch();
  expect(whileLoading).not.toContain(true);
});
