import { useMemo } from 'react';
import { useApi } from '../../api/queries.ts';
import { type History, outcomes } from '../../api/types.ts';
import { trimHistory } from '../../lib/trim-history.ts';
import { count, duration, rate } from '../../lib/format.ts';
import { Card } from '../../ui/basics.tsx';
import { Load } from '../../ui/load.tsx';
import { lookOf } from '../../ui/status.tsx';
import { Legend, TimeChart } from '../../ui/time-chart.tsx';

export function HistoryCharts({ minutes }: { minutes: number }) {
  const query = useApi('GET /api/v1/history', { query: { minutes }, every: 5000 });
  return (
    <Load query={query} height={300}>
      {(history) => <Trimmed history={history} />}
    </Load>
  );
}

function Trimmed({ history }: { history: History }) {
  const trimmed = useMemo(() => trimHistory(history), [history]);
  return <Charts history={trimmed} />;
}

function Charts({ history }: { history: History }) {
  const { step_seconds: step, times, series, delay } = history;
  const shares = useMemo(
    () =>
      outcomes.map((outcome) => ({
        label: lookOf(outcome).label,
        tone: lookOf(outcome).tone,
        values: series[outcome].map((value) => value / step),
        // Healing is on the way, not an end: each of those is loaded or dead later.
        isOver: outcome === 'healing',
      })),
    [series, step],
  );
  const delays = useMemo(
    () => [
      { label: 'median', tone: 'accent' as const, values: delay.p50_ms },
      { label: '99 %', tone: 'healing' as const, values: delay.p99_ms },
    ],
    [delay],
  );
  const sums = outcomes.map((outcome) => series[outcome].reduce((sum, value) => sum + value, 0));
  return (
    <div className="columns">
      <Card className="span-8" title="Events by outcome" note="events per second">
        <div className="stack">
          <TimeChart
            label={`Outcomes per second over time: ${outcomes
              .map((outcome, index) => `${count(sums[index]!)} ${lookOf(outcome).label.toLowerCase()}`)
              .join(', ')}`}
            times={times}
            lines={shares}
            stacked
            format={rate}
          />
          <Legend lines={shares.map((line, index) => ({ ...line, value: count(sums[index]!) }))} />
        </div>
      </Card>
      <Card className="span-4" title="Accepted → queryable" note="delay">
        <div className="stack">
          <TimeChart
            label={`Delay from acceptance to the destination, last median ${lastOf(delay.p50_ms)}, 99 % below ${lastOf(delay.p99_ms)}`}
            times={times}
            lines={delays}
            format={duration}
          />
          <Legend
            lines={[
              { ...delays[0]!, value: lastOf(delay.p50_ms) },
              { ...delays[1]!, value: lastOf(delay.p99_ms) },
            ]}
          />
        </div>
      </Card>
    </div>
  );
}

function lastOf(values: readonly (number | null)[]): string {
  const last = values.findLast((value) => value !== null);
  return last === undefined || last === null ? '–' : duration(last);
}
