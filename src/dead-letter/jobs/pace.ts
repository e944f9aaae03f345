import type { Engine, TopicStats } from '../../engine/engine.ts';
import { groups } from '../../flow/groups.ts';
import { topics } from '../../model/event.ts';
import { pause } from '../../support/retry.ts';

/** Waits before the next slice, so that events which arrive meanwhile keep their delay. `onWait` is told of a wait that takes long, once. */
export type Pace = (signal: AbortSignal, onWait?: (why: string) => Promise<void>) => Promise<void>;

const lookMs = 25;
/** A healer may wait for an LLM; a job does not wait for it longer than this. */
const healersWaitMs = 2_000;
/** Of a slice's letters that are still on their way, when the next one is sent. */
const mostOnTheWay = 50;
const longestRestMs = 2_000;
/** A flow that has settled nothing for so long stands still. */
const longWaitMs = 5_000;
const standsStill = 'the flow does not settle what was sent back; the destination may be down';
/** While events arrive: the part of the time that is theirs alone, to the part that a slice took. */
const restShare = 1;

/**
 * A slice of replays is sent when the flow has settled the one before. While events arrive, a rest follows that is as long as
 * the slice took; without any, the job has the machine for itself.
 */
export function createPace(
  { stats }: Pick<Engine, 'stats'>,
  { now = Date.now }: { now?: () => number } = {},
): Pace {
  let accepted = 0;
  let began = now();

  return async (signal, onWait) => {
    const until = now() + healersWaitMs;
    const longAt = now() + longWaitMs;
    let isLong = false;
    let queues = await stats();
    while (
      (replaysOnTheWay(queues) > mostOnTheWay || (failing(queues) > mostOnTheWay && now() < until)) &&
      (await pause(lookMs, signal))
    ) {
      queues = await stats();
      if (isLong || now() < longAt) continue;
      isLong = true;
      await onWait?.(standsStill);
    }
    const arrived = queues.find(({ topic }) => topic === topics.raw)?.published ?? 0;
    if (arrived > accepted && accepted > 0)
      await pause(Math.min(longestRestMs, (now() - began) * restShare), signal);
    accepted = arrived;
    began = now();
  };
}

const pending = (queues: readonly TopicStats[], name: string, group: string): number =>
  queues.find(({ topic }) => topic === name)?.groups.find((reader) => reader.group === group)?.pending ?? 0;

const replaysOnTheWay = (queues: readonly TopicStats[]): number =>
  pending(queues, topics.replay, groups.pipeline) + pending(queues, topics.unrecoverable, groups.deadLetters);
const failing = (queues: readonly TopicStats[]): number => pending(queues, topics.failed, groups.healer);
