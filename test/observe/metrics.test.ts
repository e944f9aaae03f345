import { expect, it } from 'vitest';
import type { Row } from '../../src/load/destination.ts';
import { createPipelineMetrics } from '../../src/observe/metrics.ts';

const now = 1_000_000;
const row = (source: string, delayMs: number, repaired = false) =>
  ({ source, contract: 'order', receivedAt: now - delayMs, repair: repaired ? {} : undefined }) as Row;

it('counts what became of each event, and how long it took to be loaded', async () => {
  const metrics = createPipelineMetrics({ now: () => now });
  metrics.loaded(
    [row('shop', 10), row('shop', 20, true), row('web', 700_000), row('shop', 5)],
    [{ status: 'loaded' }, { status: 'loaded' }, { status: 'loaded' }, { status: 'duplicate' }],
  );
  metrics.settled('shop', 'order', 'invalid');
  metrics.settled('shop', 'order', 'invalid');
  const lines = metrics.text().split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'sentinel_events_total{source="shop",contract="order",status="loaded"} 1',
      'sentinel_events_total{source="shop",contract="order",status="repaired"} 1',
      'sentinel_events_total{source="web",contract="order",status="loaded"} 1',
      'sentinel_events_total{source="shop",contract="order",status="duplicate"} 1',
      'sentinel_events_total{source="shop",contract="order",status="invalid"} 2',
      '# TYPE sentinel_event_delay_seconds histogram',
      'sentinel_event_delay_seconds_bucket{le="0.01"} 1',
      'sentinel_event_delay_seconds_bucket{le="0.025"} 2',
      'sentinel_event_delay_seconds_bucket{le="300"} 2',
      'sentinel_event_delay_seconds_bucket{le="+Inf"} 3',
      'sentinel_event_delay_seconds_sum 700.03',
      'sentinel_event_delay_seconds_count 3',
    ]),
  );
});

it('tells replays from first ends: history counts an event once, and the wait for a person is no delay', () => {
  const metrics = createPipelineMetrics({ now: () => now });
  metrics.settled('shop', 'order', 'dead_letter');
  metrics.loaded(
    [row('shop', 5), { ...row('shop', 600_000, true), round: 1 }],
    [{ status: 'loaded' }, { status: 'loaded' }],
  );
  expect([...metrics.counts()].map(({ status, count, replays }) => [status, count, replays])).toEqual([
    ['dead_letter', 1, 0],
    ['loaded', 1, 0],
    ['repaired', 1, 1],
  ]);
  expect(metrics.text()).toContain('sentinel_event_delay_seconds_count 1\n');
});

it('keeps the sources beyond some hundreds under one label', async () => {
  const metrics = createPipelineMetrics();
  for (let source = 0; source < 600; source++) metrics.settled(`s${source}`, 'order', 'invalid');
  const lines = metrics.text().split('\n');
  expect(lines.filter((line) => line.startsWith('sentinel_events_total{'))).toHaveLength(501);
  expect(lines).toContain('sentinel_events_total{source="other",contract="order",status="invalid"} 100');
});
