import type { Engine } from '../../engine/engine.ts';
import { messageOf } from '../../model/errors.ts';
import type { Logger } from '../../support/log.ts';
import type { PipelineMetrics, Settlement } from '../metrics.ts';
import { repeatedError } from '../../support/repeated-error.ts';
import { type History, createHistory } from './history.ts';
import { fineStepMs, minuteMs } from './ring.ts';
import { type Outcome, type PairCounts, type Sample, columnOf, outcomes } from './sample.ts';
import { type HistoryStore, openHistoryStore } from './store.ts';
import { Mutex } from '../../support/mutex.ts';

export interface Recorder {
  /** With what was counted until now. */
  history(): Promise<History>;
  close(): Promise<void>;
}

/**
 * Keeps the history of a pipeline. Costs the hot path nothing: every ten seconds, or when somebody asks, it takes the
 * difference of counters that are kept anyway.
 */
export async function startRecorder(deps: {
  engine: Pick<Engine, 'state' | 'stats'>;
  metrics: PipelineMetrics;
  /** The queue whose length is recorded. */
  queue: { topic: string; group: string };
  /** False: read only what was recorded. */
  record: boolean;
  log: Logger;
  now?: () => number;
}): Promise<Recorder> {
  const { engine, metrics, queue, log, now = Date.now } = deps;
  const history = createHistory(now);
  const store: HistoryStore = await openHistoryStore(engine.state, history);
  const difference = createDifference(metrics);
  const repeated = repeatedError();
  let timer: NodeJS.Timeout | undefined;
  const mutex = new Mutex();

  async function gauges(): Promise<Pick<Sample, 'published' | 'pending'>> {
    const topic = (await engine.stats()).find((one) => one.topic === queue.topic);
    const pending = topic?.groups.find(({ group }) => group === queue.group)?.pending ?? 0;
    return { published: topic?.published ?? 0, pending };
  }

  async function sample(at: number): Promise<void> {
    const taken = { ...difference(), ...(await gauges()) };
    history.record(taken, at);
    store.add(taken, at);
  }

  /** One at a time. A failure is logged: what was not written waits for the next time. */
  async function inTurn(work: () => Promise<void>): Promise<void> {
    await mutex
      .run(work)
      .then(repeated.over)
      .catch((error: unknown) =>
        log.warn(
          { code: 'history_not_kept', err: repeated.next(error) },
          `the history can't be kept: ${messageOf(error)}`,
        ),
      );
  }

  /** Just after a step has ended, so that what it saw counts as its own. */
  function schedule(): void {
    const end = (Math.floor(now() / fineStepMs) + 1) * fineStepMs;
    timer = setTimeout(() => {
      void inTurn(async () => {
        await sample(end - 1);
        await store.write(now());
      });
      schedule();
    }, end - now()).unref();
  }

  if (deps.record) {
    if (store.isNew) {
      // What was published before is not news.
      const before = { pairs: [], delays: [], ...(await gauges()) };
      history.record(before, now() - minuteMs);
      store.add(before, now() - minuteMs, 'though empty');
    }
    schedule();
  }

  return {
    async history() {
      if (deps.record) await inTurn(() => sample(now()));
      return history;
    },
    async close() {
      clearTimeout(timer);
      if (deps.record)
        await inTurn(async () => {
          await sample(now());
          await store.write(now(), 'all');
        });
      store.close();
    },
  };
}

const outcomeOf: Partial<Record<Settlement, Outcome>> = {
  loaded: 'loaded',
  repaired: 'repaired',
  invalid: 'healing',
  dead_letter: 'dead_letter',
  duplicate: 'duplicate',
};

/** What the counters have grown by since the last call. */
function createDifference(metrics: PipelineMetrics): () => Pick<Sample, 'pairs' | 'delays'> {
  const before = new Map<string, number>();
  let delaysBefore: readonly number[] = [];

  return () => {
    const pairs = new Map<string, PairCounts>();
    for (const { source, contract, status, count } of metrics.counts()) {
      const outcome = outcomeOf[status];
      if (outcome === undefined) continue;
      const key = `${status}\n${contract}\n${source}`;
      const grown = count - (before.get(key) ?? 0);
      before.set(key, count);
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
