import { X } from 'lucide-react';
import { Link } from 'wouter';
import { useApi } from '../../api/queries.ts';
import type { History, SourceInfo } from '../../api/types.ts';
import { trimHistory } from '../../lib/trim-history.ts';
import { count, rate } from '../../lib/format.ts';
import { Ago, Button, Card } from '../../ui/basics.tsx';
import { Load } from '../../ui/load.tsx';
import { Legend, TimeChart } from '../../ui/time-chart.tsx';
import type { Line } from '../../ui/chart-line.ts';
import { SenderPanel } from './sender-panel.tsx';
import { sharesOf } from './shares.ts';

const minutes = 30;

/** How one source did over the last hours. */
export function SourceDetail({ source, onClose }: { source: SourceInfo; onClose: () => void }) {
  const query = useApi('GET /api/v1/history', {
    query: { source: source.source, minutes },
    every: 10_000,
  });
  const of = encodeURIComponent(source.source);
  return (
    <Card
      title={source.source}
      note={source.contracts.join(', ')}
      end={
        <>
          <Link href={`/events?source=${of}`}>Its events</Link>
          <Link href={`/dead-letters?source=${of}`}>Its dead letters</Link>
          <Link href={`/rules?source=${of}`}>Its rules</Link>
          <Button kind="ghost" size="small" icon={X} aria-label="Close" onClick={onClose} />
        </>
      }
    >
      <Load query={query} height={180}>
        {(history) => (
          <div className="stack">
            <SenderPanel source={source} />
            <span className="muted">Events per second, the last half hour</span>
            <TimeChart
              label={`Events of ${source.source} of the last half hour by outcome`}
              {...chartOf(history)}
              stacked
              height={160}
              format={rate}
            />
            <div className="row" style={{ justifyContent: 'space-between' }}>
              <Legend lines={sharesOf(source).map((share) => ({ ...share, value: count(share.value) }))} />
              <span className="muted">
                last drift <Ago at={source.last_drift_at} />
              </span>
            </div>
          </div>
        )}
      </Load>
    </Card>
  );
}

function chartOf(history: History): { times: string[]; lines: Line[] } {
  const trimmed = trimHistory(history);
  return { times: trimmed.times, lines: linesOf(trimmed) };
}

function linesOf({ series, step_seconds: step }: History): Line[] {
  const line = (label: string, tone: Line['tone'], values: number[]): Line => ({
    label,
    tone,
    values: values.map((value) => value / step),
  });
  return [
    line('Valid', 'loaded', series.loaded),
    line('Repaired', 'repaired', series.repaired),
    line('Dead', 'dead_letter', series.dead_letter),
  ];
}
