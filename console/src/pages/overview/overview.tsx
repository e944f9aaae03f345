import { ArrowRight, BookOpen, FlaskConical } from 'lucide-react';
import { Link } from 'wouter';
import { useLive } from '../../api/live.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Card, Empty, Page, Skeleton } from '../../ui/basics.tsx';
import { Segments } from '../../ui/filters.tsx';
import { Attention } from './attention.tsx';
import { DriftingSources } from './drifting-sources.tsx';
import { HistoryCharts } from './history-charts.tsx';
import { PeriodStats } from './period-stats.tsx';
import { QueueDepth } from './queue-depth.tsx';
import './overview.css';

const spans = [
  { value: '15', label: '15 min' },
  { value: '60', label: '1 h' },
  { value: '360', label: '6 h' },
  { value: '1440', label: '24 h' },
] as const;
type Span = (typeof spans)[number]['value'];

export default function Overview() {
  const { stats } = useLive();
  const [{ minutes = '15' }, setFilters] = useFilters(['minutes']);
  const { value: span, label: period } = spans.find(({ value }) => value === minutes) ?? spans[0];
  return (
    <Page
      title="Overview"
      actions={
        <Segments<Span>
          label="Time shown"
          value={span}
          options={spans}
          onChange={(minutes) => setFilters({ minutes })}
        />
      }
    >
      {stats === undefined ? (
        <Skeleton height={104} />
      ) : (
        <PeriodStats stats={stats} minutes={Number(span)} period={period} />
      )}
      {stats?.accepted === 0 && <FirstSteps />}
      <Attention />
      <HistoryCharts minutes={Number(span)} />
      <div className="columns">
        <div className="span-7 stack">
          <DriftingSources />
        </div>
        <div className="span-5 stack">
          <QueueDepth />
        </div>
      </div>
    </Page>
  );
}

function FirstSteps() {
  return (
    <Card>
      <Empty
        icon={FlaskConical}
        title="No event has come yet"
        actions={
          <>
            <Link href="/test" className="button button-primary">
              Send one by hand <ArrowRight size={14} aria-hidden />
            </Link>
            <Link href="/contracts" className="button">
              <BookOpen size={14} aria-hidden /> See the contracts
            </Link>
          </>
        }
      >
        Point a webhook at <code>POST {location.origin}/ingest/&lt;source&gt;</code>, or start the server with{' '}
        <code>--demo</code> to see a living console.
      </Empty>
    </Card>
  );
}
