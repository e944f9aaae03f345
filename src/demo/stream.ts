import type { JsonObject } from '../model/json.ts';
import { type Random, createRandom } from './random.ts';
import { type DemoSource, demoSources } from './sources.ts';

export interface DemoEvent {
  source: string;
  event: JsonObject;
}

export interface DemoStream {
  /** What is sent now, at the call number that counts from 0. */
  next(now: Date): DemoEvent[];
}

/** Events of a call, on average. */
const perTick = 2;
/** Calls from one burst to the next, and how many events one has. */
const betweenBursts = [60, 140] as const;
const burstSize = [80, 200] as const;
/** Shares of events that are sent a second time, as senders do whose connection broke. */
const repeatedShare = 0.015;
const remembered = 50;

/** The same events in the same order for the same seed, but for their times. */
export function createStream(seed: number, sources: readonly DemoSource[] = demoSources): DemoStream {
  const random = createRandom(seed);
  const draw = weighted(sources);
  const recent: DemoEvent[] = [];
  let untilBurst: number = random.whole(10, 30);

  function one(source: DemoSource, now: Date): DemoEvent {
    if (recent.length > 0 && random.chance(repeatedShare)) return random.pick(recent);
    const made = { source: source.name, event: drifted(source, random, now) };
    recent.push(made);
    if (recent.length > remembered) recent.shift();
    return made;
  }

  return {
    next(now) {
      const count = random.whole(0, 2 * perTick);
      const events = Array.from({ length: count }, () => one(draw(random), now));
      if (--untilBurst > 0) return events;
      untilBurst = random.whole(...betweenBursts);
      // A burst is one sender's: a sale, or a queue that was stuck.
      const source = draw(random);
      const size = random.whole(...burstSize);
      return [...events, ...Array.from({ length: size }, () => one(source, now))];
    },
  };
}

function drifted({ make, drifts }: DemoSource, random: Random, now: Date): JsonObject {
  const clean = make(random, now);
  let at = random.next();
  for (const { share, drift } of drifts) {
    if (at < share) return drift(clean, random);
    at -= share;
  }
  return clean;
}

function weighted(sources: readonly DemoSource[]): (random: Random) => DemoSource {
  const drawn = sources.flatMap((source) => Array.from({ length: source.weight }, () => source));
  return (random) => random.pick(drawn);
}
