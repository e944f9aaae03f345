import type { Engine, TopicStats } from '../../engine/engine.ts';
import { groups } from '../../flow/groups.ts';
import { topics } from '../../model/event.ts';
import { pause } from '../../support/retry.ts';

/** What has just been sent: when that began (milliseconds), and who is told, once, of a wait that takes long. */
export interface Sent {
  began: number;
  signal: AbortSignal;
  onWait?: (why: string) => Promise<void>;
}

/** Waits for the turn of the next slice; how many letters it may have at most. */
export type Pace = (sent: Sent) => Promise<number>;

/** Their writes share a commit, and so many may be settled twice over when the process dies: the second time changes nothing. */
export const longSlice = 100;
/** While events arrive: so few that an event which meets them is hardly held up. */
const shortSlice = 25;
/** Events arrive, when one did so long ago at most. */
const arrivingMs = 5_000;
const lookMs = 25;
const restLookMs = 100;
/** A healer may wait for an LLM; a job does not wait for it longer than this. */
const healersWaitMs = 2_000;
const longestRestMs = 5_000;
/** A flow that has settled nothing for so long stands still. */
const longWaitMs = 5_000;
const standsStill = 'the flow does not settle what was sent back; the destination may be down';
/** The rest after a slice, in times that the slice took: at most a quarter of the time is a replay's. */
const leastRest = 3;
const mostRest = 30;
/** Clean events wait longer than usual, when so much more of them wait while a slice is on its way than during the rests. */
const mayGrow = 1.25;

/**
 * A slice of replays is sent when the flow has settled the one before. While events arrive, slices are short, and a rest follows
 * each that is three times as long as it took; longer, as long as arriving events queue up more during the slices than during the
 * rests: then their delay grows (Little's law). Without arriving events a job has the machine for itself. Jobs share the turns.
 */
export function createPace(
  { stats }: Pick<Engine, 'stats'>,
  { now = Date.now, rest: restFor = pause }: { now?: () => number; rest?: typeof pause } = {},
): Pace {
  let accepted: number | undefined;
  let arrivedAt = -Infinity;
  let nextAt = 0;
  let rest = leastRest;
  const queued = { inSlices: createAverage(), inRests: createAverage() };

  async function look(average: Average): Promise<TopicStats[]> {
    const queues = await stats();
    const published = queues.find(({ topic }) => topic === topics.raw)?.published ?? 0;
    if (accepted !== undefined && published > accepted) arrivedAt = now();
    accepted = published;
    average.add(ofQueue(queues, topics.raw, groups.pipeline).pending);
    return queues;
  }
  const isArriving = () => now() - arrivedAt < arrivingMs;

  async function untilSettled({ signal, onWait }: Sent): Promise<void> {
    const began = now();
    let isLong = false;
    for (;;) {
      const onTheWay = lettersOnTheWay(await look(queued.inSlices));
      const most = isArriving() ? 0 : longSlice / 2;
      const isSettled = onTheWay.replays <= most;
      const isHealed = onTheWay.failing <= most || now() - began > healersWaitMs;
      if ((isSettled && isHealed) || !(await pause(lookMs, signal))) return;
      if (isLong || now() - began < longWaitMs) continue;
      isLong = true;
      await onWait?.(standsStill);
    }
  }

  return async (sent) => {
    await untilSettled(sent);
    if (!isArriving()) return longSlice;
    const grows = queued.inSlices.value() > queued.inRests.value(Infinity) * mayGrow + 1;
    rest = grows ? Math.min(mostRest, rest * 1.5) : Math.max(leastRest, rest * 0.9);
    const restMs = Math.min(longestRestMs, (now() - sent.began) * rest);
    // Of several jobs each begins a rest later than the one before.
    const at = Math.max(now(), nextAt) + restMs;
    nextAt = at;
    while (now() < at && (await restFor(Math.min(at - now(), restLookMs), sent.signal)))
      await look(queued.inRests);
    return shortSlice;
  };
}

type Average = ReturnType<typeof createAverage>;

/** Of the last values; older ones count for less. */
function createAverage() {
  let average: number | undefined;
  return {
    add(value: number): void {
      average = average === undefined ? value : average + (value - average) * 0.05;
    },
    value: (unknown = 0) => average ?? unknown,
  };
}

const ofQueue = (queues: readonly TopicStats[], name: string, group: string) =>
  queues.find(({ topic }) => topic === name)?.groups.find((reader) => reader.group === group) ?? {
    pending: 0,
    waiting: 0,
  };

/** Letters that wait for the model or a person do not hold up a job. */
function lettersOnTheWay(queues: readonly TopicStats[]): { replays: number; failing: number } {
  const failing = ofQueue(queues, topics.failed, groups.healer);
  return {
    replays:
      ofQueue(queues, topics.replay, groups.pipeline).pending +
      ofQueue(queues, topics.unrecoverable, groups.deadLetters).pending,
    failing: failing.pending - failing.waiting,
  };
}
