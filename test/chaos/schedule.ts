import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults/fault.ts';
import { type Random, oneOf, randomOf } from './random.ts';

/** Milliseconds between two faults of a lane, at most. */
const longestPauseMs = 3000;

/** A fault that was made; its id names the lane and the place in it, which the seed fixes. */
export interface Made {
  id: string;
  name: string;
}

export interface Schedule {
  faults: readonly Fault[];
  seed: number;
  seconds: number;
  /** Faults happen in as many lanes at once. */
  lanes: number;
  /** Ids of those that are made; all by default. */
  only: ReadonlySet<string> | undefined;
}

interface Planned extends Made {
  pauseMs: number;
  fault: Fault;
  random: Random;
}

/** What a lane does, without end: the same for the same seed, whatever is left out. */
function* planOf({ faults, seed }: Schedule, lane: number): Generator<Planned> {
  const random = randomOf(seed * 7 + lane);
  for (let at = 0; ; at++) {
    const pauseMs = random() * longestPauseMs;
    const fault = oneOf(random, faults);
    yield { id: `${lane}.${at}`, name: fault.name, pauseMs, fault, random: randomOf(random() * 2 ** 31) };
  }
}

/**
 * Makes the faults until the time is over, or the last of `only` has been made. `onTrouble` is told of one after which
 * something did not start again.
 */
export async function carryOut(
  schedule: Schedule,
  busy: Set<string>,
  { between, onTrouble }: { between: () => Promise<void>; onTrouble: (what: string) => void },
): Promise<Made[]> {
  const { seconds, lanes, only } = schedule;
  const made: Made[] = [];
  const deadline = performance.now() + seconds * 1000;
  const run = async (lane: number) => {
    const wanted = only && [...only].filter((id) => id.startsWith(`${lane}.`)).length;
    let count = 0;
    for (const { id, name, pauseMs, fault, random } of planOf(schedule, lane)) {
      if (performance.now() > deadline || count === wanted) return;
      await sleep(pauseMs);
      if (only !== undefined && !only.has(id)) continue;
      count++;
      if (!busy.has(fault.victim)) {
        busy.add(fault.victim);
        made.push({ id, name });
        await fault.happen(random).catch((error: unknown) => onTrouble(`${name}: ${String(error)}`));
        busy.delete(fault.victim);
      }
      await between().catch((error: unknown) => onTrouble(`after ${name}: ${String(error)}`));
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane)));
  return made;
}
