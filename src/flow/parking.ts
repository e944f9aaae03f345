import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine, Message } from '../engine/engine.ts';
import { SentinelError } from '../model/errors.ts';
import { topics } from '../model/event.ts';
import type { Logger } from '../support/log.ts';
import { createPatience } from '../support/patience.ts';
import { groups } from './groups.ts';
import { unlessStopped } from '../runtime/stop-process.ts';

/**
 * Lets the flow go on while the main destination is down: rows that it does not take are made durable in a topic of their
 * own, and the batch counts as done. From the first batch that is parked, all are, until that topic has been loaded to its
 * end: so no event overtakes one with the same key that came before it.
 */
export interface Parking {
  /**
   * Loads, or parks when the load does not come to an end. Batches are taken one at a time, in the order of the calls.
   * `messages` makes what is parked in place of the `count` rows.
   */
  load<T>(load: () => Promise<T>, messages: () => Message[], count: number): Promise<T | 'parked'>;
  /** True from the first batch that was parked until all of them are loaded. */
  isParking(): boolean;
  /** Gives up waiting. */
  stop(): void;
}

export interface Patiences {
  /** How long a destination that refuses rows is waited for. Milliseconds. */
  refusedMs: number;
  /** How long one that says nothing is; a large batch may take long. */
  silentMs: number;
  /** How long what is left of the parked rows is waited for, when the destination takes them. */
  restMs: number;
}

const defaults: Patiences = { refusedMs: 2000, silentMs: 60_000, restMs: 5000 };
const lookMs = 20;

export async function createParking(deps: {
  engine: Engine;
  /** Whether the destination refuses rows at the moment. */
  refuses: () => boolean;
  /** When no more events than that are parked, the flow waits for their load rather than park more behind them. */
  restEvents: number;
  log: Logger;
  /** Told of an error that no later try would mend, of a load that nobody waits for any more. */
  onBroken: (error: unknown) => void;
  patiences?: Partial<Patiences>;
}): Promise<Parking> {
  const { engine, refuses, restEvents, log, onBroken } = deps;
  const { refusedMs, silentMs, restMs } = { ...defaults, ...deps.patiences };
  const patience = createPatience(log);
  const stopping = new AbortController();
  const parked = (): Promise<number> =>
    patience.until(() => parkedEvents(engine), {
      failed: 'the queue does not say what is parked; the batch waits',
      recovered: 'the queue says what is parked again',
      fields: {},
    });
  let parking = (await parked()) > 0;
  let turn: Promise<unknown> = Promise.resolve();

  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: stopping.signal }).catch(() => {
      throw new SentinelError('pipeline_stopped', 'stopped while waiting for the destination');
    });

  async function isDrained(): Promise<boolean> {
    const deadline = Date.now() + restMs;
    for (;;) {
      const left = await parked();
      if (left === 0) return true;
      if (left > restEvents || refuses() || Date.now() > deadline) return false;
      await pause(lookMs);
    }
  }

  async function park(messages: Message[]): Promise<'parked'> {
    if (messages.length > 0)
      await patience.until(() => engine.publish(topics.parked, messages), {
        failed: 'the queue does not take what the destination refuses; the batch waits',
        recovered: 'the queue takes rows for the destination again',
        fields: { messages: messages.length },
      });
    return 'parked';
  }

  /** What became of the load, or that the destination has no answer within its time. */
  async function withinReason<T>(loading: Promise<T>): Promise<{ loaded: T } | undefined> {
    const ended = loading.then((loaded) => ({ loaded }));
    const begin = Date.now();
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const time = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, refusedMs, undefined)));
      const first = await Promise.race([ended, time]).finally(() => clearTimeout(timer));
      if (first !== undefined) return first;
      if (refuses() || Date.now() - begin >= silentMs) return undefined;
    }
  }

  async function loadOrPark<T>(
    load: () => Promise<T>,
    messages: () => Message[],
    count: number,
  ): Promise<T | 'parked'> {
    if (parking) {
      if (!(await isDrained())) return park(messages());
      parking = false;
      log.info(
        { status: 'recovered' },
        'all parked events are loaded; the destination is loaded in the pass again',
      );
    }
    const loading = load();
    const done = await withinReason(loading);
    if (done !== undefined) return done.loaded;
    // It goes on, and may come to an end after all: what is parked is then there already when it is loaded.
    loading.catch(unlessStopped(onBroken));
    parking = true;
    log.warn(
      { status: 'parking', events: count },
      'the destination is down: events are parked for it, so that the further destinations need not wait',
    );
    return park(messages());
  }

  return {
    load(...args) {
      const mine = turn.then(() => loadOrPark(...args));
      turn = mine;
      // Whoever loads next hears of it.
      mine.catch(() => undefined);
      return mine;
    },
    isParking: () => parking,
    stop() {
      stopping.abort();
      patience.stop();
    },
  };
}

/** Events that are parked and not yet loaded. */
export async function parkedEvents(engine: Pick<Engine, 'stats'>): Promise<number> {
  const topic = (await engine.stats()).find((stats) => stats.topic === topics.parked);
  if (topic === undefined) return 0;
  const readers = topic.groups.filter(({ group }) => group === groups.loader);
  // Nobody has read it yet.
  if (readers.length === 0) return topic.published;
  return readers.reduce((sum, { pending }) => sum + pending, 0);
}
