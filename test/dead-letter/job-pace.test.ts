import { expect, it } from 'vitest';
import { createPace } from '../../src/dead-letter/jobs/pace.ts';
import type { TopicStats } from '../../src/engine/engine.ts';
import { groups } from '../../src/flow/groups.ts';
import { topics } from '../../src/model/event.ts';

it('says once that the flow does not settle what was sent, and goes on when it does', async () => {
  let [pending, now] = [100, 0];
  const said: string[] = [];
  const stats = async (): Promise<TopicStats[]> => {
    now += 2000;
    if (now > 20_000) pending = 0;
    const group = { group: groups.pipeline, pending, waiting: 0 };
    return [{ topic: topics.replay, published: 0, bytes: 0, groups: [group] }];
  };
  const pace = createPace({ stats }, { now: () => now });
  const sent = {
    began: 0,
    signal: new AbortController().signal,
    onWait: async (why: string) => void said.push(why),
  };
  await pace(sent);
  expect(said).toEqual([expect.stringContaining('the destination may be down')]);
  said.length = 0;
  await pace(sent);
  expect(said).toEqual([]);
});

/** A flow that settles at once; while events arrive, so many of them wait when letters were sent, and when not. */
function flow(waiting: { inSlices: number; inRests: number }) {
  const at = { now: 0, arriving: true, sent: false, accepted: 0 };
  const stats = async (): Promise<TopicStats[]> => {
    if (at.arriving) at.accepted++;
    const pending = at.sent ? waiting.inSlices : waiting.inRests;
    at.sent = false;
    const group = { group: groups.pipeline, pending, waiting: 0 };
    return [{ topic: topics.raw, published: at.accepted, bytes: 0, groups: [group] }];
  };
  const pace = createPace({ stats }, { now: () => at.now, rest: async (ms) => ((at.now += ms), true) });
  /** A slice that takes 20 ms: how long the rest is that follows, and how many letters come next. */
  const slice = async () => {
    const began = at.now;
    at.now += 20;
    at.sent = true;
    const length = await pace({ began, signal: new AbortController().signal });
    return { length, restMs: at.now - began - 20 };
  };
  return { at, slice };
}

it('leaves three quarters of the time to arriving events, and all of it to nobody', async () => {
  const { at, slice } = flow({ inSlices: 4, inRests: 4 });
  await slice();
  expect(await slice()).toEqual({ length: 25, restMs: 60 });
  expect(await slice()).toEqual({ length: 25, restMs: 60 });
  at.arriving = false;
  at.now += 6000;
  expect(await slice()).toEqual({ length: 100, restMs: 0 });
});

it('rests longer as long as arriving events queue up behind replays', async () => {
  const { slice } = flow({ inSlices: 40, inRests: 4 });
  for (let before = 0, turn = 0; turn < 6; turn++) {
    const { restMs } = await slice();
    expect(restMs).toBeGreaterThanOrEqual(before);
    before = restMs;
  }
  expect((await slice()).restMs).toBeGreaterThan(200);
});

it('several jobs share the turns', async () => {
  const { at, slice } = flow({ inSlices: 4, inRests: 4 });
  await slice();
  const began = at.now;
  await Promise.all([slice(), slice(), slice()]);
  expect(at.now - began).toBeGreaterThanOrEqual(180);
});
