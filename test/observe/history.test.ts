import { describe, expect, it } from 'vitest';
import { createHistory } from '../../src/observe/history/history.ts';
import { Recorder } from '../../src/observe/history/recorder.ts';
import type { PairCounts } from '../../src/observe/history/sample.ts';
import { historyPrefix, openHistoryStore } from '../../src/observe/history/store.ts';
import { createLogger } from '../../src/support/log.ts';
import { createPipelineMetrics } from '../../src/observe/metrics.ts';
import { until } from '../helpers/until.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

const minute = 60_000;
const start = Date.parse('2026-03-01T12:00:00Z');
const log = createLogger({ level: 'silent', format: 'json' });

/** loaded, repaired, healing, dead_letter, duplicate */
const pair = (source: string, contract: string, ...counts: number[]): PairCounts => [
  source,
  contract,
  ...counts,
];

describe('series', () => {
  it('count what was accepted in the first step, also when that step is a long one', () => {
    const history = createHistory(() => start + 3 * minute);
    history.record({ pairs: [], delays: [], published: 1000, pending: 0 }, start + minute);
    history.record({ pairs: [], delays: [], published: 1020, pending: 0 }, start + 2 * minute);
    const accepted = (minutes: number) =>
      history.series({}, minutes).series.accepted.reduce((sum, count) => sum + count);
    expect([accepted(15), accepted(1440)]).toEqual([20, 20]);
  });

  it('say what happened in each step, in all and of one source or contract', () => {
    let now = start;
    const history = createHistory(() => now);
    history.record({ pairs: [], delays: [], published: 1000, pending: 0 }, start - minute);
    history.record(
      {
        pairs: [pair('shop', 'order', 3, 2, 1, 1, 0), pair('till', 'transaction', 5, 0, 0, 0, 4)],
        delays: [0, 10],
        published: 1020,
        pending: 7,
      },
      start,
    );
    now = start + minute;
    history.record({ pairs: [pair('shop', 'order', 1)], delays: [], published: 1021, pending: 0 }, now);

    const all = history.series({}, 10);
    expect(all.step_seconds).toBe(10);
    expect(all.times).toHaveLength(60);
    const at = (time: number) => all.times.indexOf(new Date(time).toISOString());
    const [then, last] = [at(start), at(now)];
    expect(last).toBe(59);
    expect(all.series.loaded[then]).toBe(8);
    expect(all.series.duplicate[then]).toBe(4);
    expect(all.series.accepted[then]).toBe(20);
    expect(all.series.accepted[last]).toBe(1);
    expect(all.series.accepted.reduce((sum, count) => sum + count)).toBe(21);
    expect([all.pending[then], all.pending[last], all.pending[last - 1]]).toEqual([7, 0, null]);
    // The second bucket is 10 to 25 ms: half of its ten events are below 17.5.
    expect(all.delay.p50_ms[then]).toBe(18);
    expect(all.delay.p99_ms[last]).toBe(null);

    const shop = history.series({ source: 'shop' }, 60);
    expect(shop.step_seconds).toBe(60);
    expect(shop.series.loaded.slice(-2)).toEqual([3, 1]);
    expect(shop.series.accepted.slice(-2)).toEqual([6, 1]);
    expect(history.series({ contract: 'transaction' }, 60).series.loaded.slice(-2)).toEqual([5, 0]);
    expect(history.series({ source: 'shop', contract: 'transaction' }, 60).series.loaded.at(-2)).toBe(0);
  });

  it('cover a day in steps of five minutes, and forget what is older', () => {
    let now = start;
    const history = createHistory(() => now);
    history.record({ pairs: [pair('shop', 'order', 7)], delays: [], published: 7 }, start);
    now = start + 23 * 60 * minute;
    const day = history.series({}, 1440);
    expect(day.step_seconds).toBe(300);
    expect(day.times).toHaveLength(288);
    expect(day.series.loaded.reduce((sum, count) => sum + count)).toBe(7);
    now = start + 25 * 60 * minute;
    history.record({ pairs: [pair('shop', 'order', 1)], delays: [], published: 8 }, now);
    expect(history.series({}, 1440).series.loaded.reduce((sum, count) => sum + count)).toBe(1);
  });

  it('are bounded in sources: who has been silent for a day makes room, the rest is one', () => {
    const history = createHistory(() => start);
    for (let source = 0; source < 300; source++)
      history.record({ pairs: [pair(`s${source}`, 'order', 1)], delays: [] }, start);
    expect(history.sources()).toHaveLength(257);
    expect(history.sources().find(({ source }) => source === 'other')).toMatchObject({ valid: 44 });
    history.record({ pairs: [pair('late', 'order', 1)], delays: [] }, start + 25 * 60 * minute);
    expect(history.sources().map(({ source }) => source)).toContain('late');
  });
});

it('sources: the unstable ones first, and a single bad event does not make one', () => {
  const history = createHistory(() => start);
  history.record(
    {
      pairs: [
        pair('calm', 'order', 1000),
        pair('new', 'order', 0, 0, 1, 1),
        pair('drifting', 'order', 500, 400, 30, 10),
        pair('drifting', 'transaction', 10),
      ],
      delays: [],
    },
    start,
  );
  const sources = history.sources();
  expect(sources.map(({ source }) => source)).toEqual(['drifting', 'new', 'calm']);
  expect(sources[0]).toMatchObject({
    contracts: ['order', 'transaction'],
    valid: 510,
    repaired: 400,
    dead_letter: 10,
    healing: 30,
    last_drift_at: new Date(start).toISOString(),
  });
  expect(sources[0]!.trend).toHaveLength(24);
  expect(sources[0]!.trend.at(-1)).toEqual({ valid: 510, repaired: 400, dead_letter: 10 });
  expect(sources[2]).toMatchObject({ last_drift_at: null, last_seen_at: new Date(start).toISOString() });
  expect(history.sources('transaction')).toMatchObject([{ source: 'drifting', valid: 10 }]);
});

describe('the store', () => {
  it('gives a restarted process the history of the one before, and another process what this one sees', async () => {
    let now = start;
    const state = memoryState(() => now);
    const first = createHistory(() => now);
    const store = await openHistoryStore(state, first);
    const neighbour = createHistory(() => now);
    const neighbouring = await openHistoryStore(state, neighbour);
    for (const loaded of [3, 4]) {
      const sample = { pairs: [pair('shop', 'order', loaded)], delays: [1], published: loaded, pending: 0 };
      first.record(sample, now);
      store.add(sample, now);
    }
    await store.write(now);
    expect(await state.list(historyPrefix)).toEqual([]);
    now += minute;
    await store.write(now);
    expect(await state.list(historyPrefix)).toHaveLength(1);
    await until(() => neighbour.series({}, 60).series.loaded.at(-2) === 7);

    const second = createHistory(() => now);
    (await openHistoryStore(state, second)).close();
    expect(second.series({}, 60).series.loaded.at(-2)).toBe(7);
    // The last half hour is known by the minute only, so it is shown so.
    expect(second.series({}, 10)).toMatchObject({ step_seconds: 60 });
    store.close();
    neighbouring.close();
  });

  it('passes over entries that are none', async () => {
    const state = memoryState();
    await state.put(`${historyPrefix}2026-03-01T12:00/x`, 'nonsense');
    await state.put(`${historyPrefix}when/x`, { pairs: [['shop', 'order', 1]], delays: [] });
    await state.put(`${historyPrefix}2026-03-01T12:00/y`, {
      pairs: [['shop', 'order', -1], 7],
      delays: ['x'],
    });
    const history = createHistory(() => start);
    (await openHistoryStore(state, history)).close();
    expect(history.sources()).toEqual([]);
  });
});

it('the recorder takes what the counters have grown by, and keeps it when it closes', async () => {
  const state = memoryState();
  const metrics = createPipelineMetrics();
  let published = 50;
  const stats = async () => [
    { topic: 'raw', published, bytes: 0, groups: [{ group: 'g', pending: 3, waiting: 0 }] },
  ];
  const start = (counters = createPipelineMetrics()) =>
    Recorder.start({
      engine: { state, stats },
      metrics: counters,
      queue: { topic: 'raw', group: 'g' },
      record: true,
      log,
    });
  const recorder = await start(metrics);
  metrics.settled('shop', 'order', 'invalid');
  published = 52;
  const { series, pending } = (await recorder.history()).series({}, 5);
  expect(series.healing.reduce((sum, count) => sum + count)).toBe(1);
  expect(series.accepted.reduce((sum, count) => sum + count)).toBe(2);
  expect(pending.filter((depth) => depth !== null).at(-1)).toBe(3);
  metrics.settled('shop', 'order', 'dead_letter');
  await recorder.close();

  const next = await start();
  const totals = (await next.history()).sources();
  expect(totals).toMatchObject([{ source: 'shop', healing: 1, dead_letter: 1 }]);
  await next.close();
});
