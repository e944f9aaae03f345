import { CircleCheck } from 'lucide-react';
import { Link } from 'wouter';
import { useApi } from '../../api/queries.ts';
import type { SourceInfo } from '../../api/types.ts';
import { percent } from '../../lib/format.ts';
import { Ago, Card, Empty } from '../../ui/basics.tsx';
import { Load } from '../../ui/load.tsx';
import { ShareBar } from '../../ui/sparkline.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { sharesOf, unstableShare } from '../sources/shares.ts';

const shown = 6;

const columns: Column<SourceInfo>[] = [
  { header: 'Source', width: 'minmax(0, 1.2fr)', cell: ({ source }) => source },
  {
    header: 'Valid, repaired, dead',
    width: 'minmax(0, 2fr)',
    phone: 'wide',
    cell: (source) => <ShareBar shares={sharesOf(source)} label={`Shares of ${source.source}`} />,
  },
  {
    header: 'Not valid',
    phone: 'label',
    width: '76px',
    end: true,
    cell: (source) => percent(unstableShare(source)),
  },
  {
    header: 'Last drift',
    phone: 'label',
    width: '84px',
    end: true,
    cell: ({ last_drift_at }) => <Ago at={last_drift_at} />,
  },
];

/** The sources whose events need repair most, of the last 24 hours. */
export function DriftingSources() {
  const query = useApi('GET /api/v1/sources', { every: 10_000 });
  return (
    <Card title="Drifting sources" note="last 24 hours" flush end={<Link href="/sources">All sources</Link>}>
      <Load query={query}>
        {({ items }) => {
          const drifting = items.filter((source) => unstableShare(source) > 0).slice(0, shown);
          return drifting.length === 0 ? (
            <Empty icon={CircleCheck} title="No source drifts">
              Every event of the last 24 hours came as its contract says.
            </Empty>
          ) : (
            <Table
              label="Drifting sources"
              rows={drifting}
              columns={columns}
              keyOf={({ source }) => source}
              href={({ source }) => `/sources?source=${encodeURIComponent(source)}`}
            />
          );
        }}
      </Load>
    </Card>
  );
}
