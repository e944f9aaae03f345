import type { Engine } from '../../engine/engine.ts';
import { pendingOf } from '../../engine/pending.ts';
import { messageOf } from '../../model/errors.ts';
import type { Logger } from '../../support/log.ts';
import type { PipelineMetrics, Settlement } from '../metrics.ts';
import { repeatedError } from '../../support/repeated-error.ts';
import { type History, createHistory } from './history.ts';
import { fineStepMs, minuteMs } from './ring.ts';
import { type Outcome, type PairCounts, type Sample, columnOf, outcomes } from './sample.ts';
import { type HistoryStore, openHistoryStore } from './store.ts';
import { Mutex } from '../../support/mutex.ts';

interface RecorderDeps {
  engine: Pick<Engine, 'state' | 'stats'>;
  metrics: PipelineMetrics;
  /** The queue whose length is recorded. */
  queue: { topic: string; group: string };
  /** False: read only what was recorded. */
  record: boolean;
  log: Logger;
  now?: () => number;
}

/**
 * Keeps the history of a pipeline. Costs the hot path nothing: every ten seconds, or on request, it takes the
 * difference of counters that are kept anyway.
 */
export class Recorder {
  readonly #deps: RecorderDeps;
  readonly #now: () => number;
  readonly #history: History;
  readonly #store: HistoryStore;
  readonly #difference: ReturnType<typeof createDifference>;
  readonly #repeated = repeatedError();
  readonly #mutex = new Mutex();
  #timer: NodeJS.Timeout | undefined;

  private constructor(deps: RecorderDeps, history: History, store: HistoryStore, now: () => number) {
    this.#deps = deps;
    this.#now = now;
    this.#history = history;
    this.#store = store;
    this.#difference = createDifference(deps.metrics);
  }

  static async start(deps: RecorderDeps): Promise<Recorder> {
    const { now = Date.now } = deps;
    const history = createHistory(now);
    const recorder = new Recorder(deps, history, await openHistoryStore(deps.engine.state, history), now);
    if (deps.record) await recorder.#begin();
    return recorder;
  }

  /** With everything that was counted until now. */
  async history(): Promise<History> {
    if (this.#deps.record) await this.#inTurn(() => this.#sample(this.#now()));
    return this.#history;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#deps.record)
      await this.#inTurn(async () => {
        await this.#sample(this.#now());
        await this.#store.write(this.#now(), 'all');
      });
    this.#store.close();
  }

  async #begin(): Promise<void> {
    if (this.#store.isNew) {
      // Events published before are not news.
      const before = { pairs: [], delays: [], ...(await this.#gauges()) };
      const at = this.#now() - minuteMs;
      this.#history.record(before, at);
      this.#store.add(before, at, 'though empty');
    }
    this.#schedule();
  }

  async #gauges(): Promise<Pick<Sample, 'published' | 'pending'>> {
    const { engine, queue } = this.#deps;
    const topic = (await engine.stats()).find((one) => one.topic === queue.topic);
    return { published: topic?.published ?? 0, pending: pendingOf(topic, queue.group) };
  }

  async #sample(at: number): Promise<void> {
    const taken = { ...this.#difference(), ...(await this.#gauges()) };
    this.#history.record(taken, at);
    this.#store.add(taken, at);
  }

  /** One at a time. A failure is logged; samples that were not written wait for the next time. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    await this.#mutex
      .run(work)
      .then(this.#repeated.over)
      .catch((error: unknown) =>
        this.#deps.log.warn(
          { code: 'history_not_kept', err: this.#repeated.next(error) },
          `the history can't be kept: ${messageOf(error)}`,
        ),
      );
  }

  /** Just after a step has ended, so that a sample belongs to the step that it saw. */
  #schedule(): void {
    const end = (Math.floor(this.#now() / fineStepMs) + 1) * fineStepMs;
    this.#timer = setTimeout(() => {
      void this.#inTurn(async () => {
        await this.#sample(end - 1);
        await this.#store.write(this.#now());
      });
      this.#schedule();
    }, end - this.#now()).unref();
  }
}

const outcomeOf: Partial<Record<Settlement, Outcome>> = {
  loaded: 'loaded',
  repaired: 'repaired',
  invalid: 'healing',
  dead_letter: 'dead_letter',
  duplicate: 'duplicate',
};

/** Returns a function that tells by how much the counters have grown since its last call. */
function createDifference(metrics: PipelineMetrics): () => Pick<Sample, 'pairs' | 'delays'> {
  const before = new Map<string, number>();
  let delaysBefore: readonly number[] = [];

  return () => {
    const pairs = new Map<string, PairCounts>();
    for (const { source, contract, status, count, replays } of metrics.counts()) {
      const outcome = outcomeOf[status];
      if (outcome === undefined) continue;
      const key = `${status}\n${contract}\n${source}`;
      // Each event once, as it first ended.
      const first = count - replays;
      const grown = first - (before.get(key) ?? 0);
      before.set(key, first);
      if (grown === 0) continue;
      const pair = pairs.get(`${contract}\n${source}`) ?? [source, contract, ...outcomes.map(() => 0)];
      pair[columnOf[outcome] + 2] = grown;
      pairs.set(`${contract}\n${source}`, pair);
    }
    const delays = metrics.delays();
    const grown = delays.map((count, bucket) => count - (delaysBefore[bucket] ?? 0));
    delaysBefore = delays;
    return { pairs: [...pairs.values()], delays: grown };
  };
}
