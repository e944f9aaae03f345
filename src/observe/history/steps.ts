import { type Track, dayMinutes, fineMinutes, fineStepMs, minuteMs } from './ring.ts';

/** Column of the gauges: events published, since the topic began. */
export const publishedColumn = 0;

export const same = (one: Track): Track => one;

/** Steps `from` to `to`, without `to`, of the track's fine steps or of its minutes. */
export interface Steps {
  from: number;
  to: number;
  tier: 'fine' | 'minutes';
}

export interface Frame {
  stepSeconds: number;
  baseMs: number;
  steps: Steps[];
  map<T>(make: (steps: Steps) => T): T[];
}

const coarseMinutes = 5;
/** Above this the steps are coarse. */
const mostMinuteSteps = 360;

export function frameOf(minutes: number, now: number, coarseUntil: number): Frame {
  const asked = Math.min(Math.max(1, minutes), dayMinutes);
  const isFine = asked <= fineMinutes && coarseUntil <= now - asked * minuteMs;
  const tier = isFine ? 'fine' : 'minutes';
  const baseMs = isFine ? fineStepMs : minuteMs;
  const perStep = asked > mostMinuteSteps ? coarseMinutes : 1;
  const end = (Math.floor(now / baseMs / perStep) + 1) * perStep;
  const count = Math.ceil((asked * minuteMs) / baseMs / perStep);
  const steps = Array.from({ length: count }, (_, at): Steps => {
    const from = end - (count - at) * perStep;
    return { from, to: from + perStep, tier };
  });
  return {
    stepSeconds: (baseMs * perStep) / 1000,
    baseMs,
    steps,
    map: (make) => steps.map((one) => make(one)),
  };
}

export function sumOver<T>(
  of: readonly T[],
  trackOf: (one: T) => Track,
  { from, to, tier }: Steps,
  column: number,
): number {
  let sum = 0;
  for (const one of of) {
    const ring = trackOf(one)[tier];
    for (let step = from; step < to; step++) sum += ring.read(step, column) ?? 0;
  }
  return sum;
}

export function highest(of: Track, { from, to, tier }: Steps, column: number): number {
  let value = 0;
  for (let step = from; step < to; step++) value = Math.max(value, of[tier].read(step, column) ?? 0);
  return value;
}

function firstIn(of: Track, { from, to, tier }: Steps, column: number): number | undefined {
  for (let step = from; step < to; step++) {
    const value = of[tier].read(step, column);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** How far the counter of published events rose in each step; a step without a sample did not see it rise. */
export function acceptedIn(gauges: Track, sampled: Track, frame: Frame): number[] {
  const [first] = frame.steps;
  let before = first === undefined ? undefined : lastBefore(gauges, first);
  return frame.map((steps) => {
    if (sumOver([sampled], same, steps, 0) === 0) return 0;
    const reached = highest(gauges, steps, publishedColumn);
    const rise = Math.max(0, reached - (before ?? firstIn(gauges, steps, publishedColumn) ?? reached));
    before = Math.max(before ?? 0, reached);
    return rise;
  });
}

/** What the counter was before the first step; what is known by the minute only counts too. */
function lastBefore(gauges: Track, { from, tier }: Steps): number | undefined {
  const ring = gauges[tier];
  for (let step = from - 1; step > from - dayMinutes - 2; step--) {
    const value = ring.read(step, publishedColumn);
    if (value !== undefined) return value;
  }
  if (tier === 'minutes') return undefined;
  const minute = Math.floor((from * ring.stepMs) / minuteMs);
  return lastBefore(gauges, { from: minute, to: minute, tier: 'minutes' });
}
