import { Radio } from 'lucide-react';
import { Link } from 'wouter';
import { useApi } from '../../api/queries.ts';
import type { SourceInfo } from '../../api/types.ts';
import { percent, plural, shortCount } from '../../lib/format.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Ago, Card, Empty, Page } from '../../ui/basics.tsx';
import { SearchBox } from '../../ui/filters.tsx';
import { Load } from '../../ui/load.tsx';
import { ShareBar, SparkBars } from '../../ui/sparkline.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { sharesOf, unstableShare } from './shares.ts';
import { AuditHistory } from '../../ui/audit-history.tsx';
import { SourceDetail } from './source-detail.tsx';

const columns: Column<SourceInfo>[] = [
  {
    header: 'Source',
    width: 'minmax(0, 1.4fr)',
    phone: 'wide',
    cell: ({ source, asks_for, sender, contracts }) => (
      <>
        {source}
        <span className="sub">
          {[
            asks_for === 'signature'
              ? `verified by ${sender!.verified_by}`
              : asks_for === 'key' && 'needs a key',
            ...contracts,
          ]
            .filter(Boolean)
            .join(', ')}
        </span>
      </>
    ),
  },
  {
    header: 'Valid, repaired, dead',
    width: 'minmax(0, 1.6fr)',
    phone: 'wide',
    cell: (source) => (
      <ShareBar shares={sharesOf(source)} label={`Valid, repaired and dead shares of ${source.source}`} />
    ),
  },
  {
    header: 'Repaired',
    phone: 'label',
    width: '76px',
    end: true,
    cell: (source) => <Part of={source} part="repaired" />,
  },
  {
    header: 'Dead',
    phone: 'label',
    width: '76px',
    end: true,
    cell: (source) => <Part of={source} part="dead_letter" />,
  },
  {
    header: 'Not valid, by the hour',
    width: '130px',
    phone: 'hide',
    cell: ({ trend, source }) => (
      <SparkBars
        values={trend.map(unstableShare)}
        tone="healing"
        width={120}
        label={`Share of ${source}’s events that were not valid, hour by hour`}
      />
    ),
  },
  {
    header: 'Refused',
    phone: 'label',
    width: '76px',
    end: true,
    cell: ({ refused }) => (
      <span
        className={refused === undefined ? 'muted' : ''}
        title="requests refused by this process since it started"
      >
        {refused === undefined ? '–' : shortCount(refused.total)}
      </span>
    ),
  },
  {
    header: 'Last drift',
    phone: 'label',
    width: '80px',
    end: true,
    cell: ({ last_drift_at: at }) => <Ago at={at} />,
  },
  {
    header: 'Last seen',
    width: '80px',
    end: true,
    phone: 'hide',
    cell: ({ last_delivery_at, last_seen_at }) => <Ago at={last_delivery_at ?? last_seen_at} />,
  },
];

const words = { valid: 'valid', repaired: 'repaired', dead_letter: 'dead' } as const;

function Part({ of, part }: { of: SourceInfo; part: keyof typeof words }) {
  const total = of.valid + of.repaired + of.dead_letter;
  const value = of[part];
  return (
    <span title={`${shortCount(value)} ${words[part]}`} className={value === 0 ? 'muted' : ''}>
      {total === 0 ? '–' : percent(value / total)}
    </span>
  );
}

/** Who sends what, the unstable ones first. */
export default function Sources() {
  const [{ q = '', source }, setFilters] = useFilters(['q', 'source']);
  const query = useApi('GET /api/v1/sources', { every: 5000 });
  return (
    <Page
      title="Sources"
      lead={query.data && `${plural(query.data.items.length, 'source')}, last 24 hours`}
      actions={
        <Link href="/sources/connect" className="button">
          Connect a sender
        </Link>
      }
    >
      <div className="filters">
        <SearchBox label="Name of a source or contract" value={q} onChange={(q) => setFilters({ q })} />
      </div>
      <Load query={query}>
        {({ items }) => {
          const chosen = items.find((one) => one.source === source);
          const fitting = items.filter((one) => `${one.source} ${one.contracts.join(' ')}`.includes(q));
          return (
            <>
              {chosen !== undefined && (
                <>
                  <SourceDetail source={chosen} onClose={() => setFilters({ source: undefined })} />
                  <AuditHistory target={chosen.source} />
                </>
              )}
              <Card flush>
                {items.length === 0 ? (
                  <Empty
                    icon={Radio}
                    title="No source has sent anything in the last 24 hours"
                    actions={
                      <Link href="/test" className="button button-primary">
                        Send an event by hand
                      </Link>
                    }
                  >
                    A source is the last part of the address that it sends to:{' '}
                    <code>POST /ingest/stripe</code>.
                  </Empty>
                ) : fitting.length === 0 ? (
                  <Empty icon={Radio} title="No source is called so">
                    Change what you search for.
                  </Empty>
                ) : (
                  <Table
                    label="Sources"
                    rows={fitting}
                    columns={columns}
                    rowHeight={54}
                    keyOf={({ source }) => source}
                    href={(row) => `/sources?source=${encodeURIComponent(row.source)}`}
                  />
                )}
              </Card>
            </>
          );
        }}
      </Load>
    </Page>
  );
}
