import type { DriftCase } from '../cases.ts';
import { grouped } from '../grouped.ts';
import { type Random, seededRandom } from '../random.ts';
import { dateLives } from './date-order.ts';
import type { Life, LifeEvent } from './event.ts';
import { firstEvent, later } from './later.ts';

const eventsOfLife = 50;

/** Lives of senders whose drift can be repaired: as many of each kind of drift as go, and some of dates that tell no order. */
export function makeLives(
  cases: readonly DriftCase[],
  { seed, count }: { seed: string; count: number },
): Life[] {
  const random = seededRandom(seed, 'lives');
  const recoverable = random.shuffled(cases.filter(({ expected }) => expected === 'repair'));
  const groups = [...grouped(recoverable, ({ kind }) => kind).values()];
  const dated = dateLives(recoverable, { seed, count: Math.ceil(count / 10) });
  const chosen: DriftCase[] = [];
  for (
    let depth = 0;
    chosen.length < count - dated.length && groups.some((group) => depth < group.length);
    depth++
  )
    chosen.push(
      ...groups.flatMap((group) => group[depth] ?? []).slice(0, count - dated.length - chosen.length),
    );
  return [...chosen.map((drift) => lifeOf(drift, seededRandom(seed, 'life', drift.id))), ...dated];
}

function lifeOf(drift: DriftCase, random: Random): Life {
  const { id, subject } = drift;
  const events: LifeEvent[] = [firstEvent(drift, random)];
  for (let draw = 0; draw < eventsOfLife * 4 && events.length <= eventsOfLife; draw++) {
    const event = later(drift, random, events.length / eventsOfLife);
    if (event !== undefined) events.push(event);
  }
  return { id, subject, events };
}
