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
  await pace(new AbortController().signal, async (why) => void said.push(why));
  expect(said).toEqual([expect.stringContaining('the destination may be down')]);
  said.length = 0;
  await pace(new AbortController().signal, async (why) => void said.push(why));
  expect(said).toEqual([]);
});
