import { Inbox } from 'lucide-react';
import { Link } from 'wouter';
import { usePages, useApi } from '../../api/queries.ts';
import type { DeadLetterGroup, DeadLetterGroups } from '../../api/types.ts';
import { plural, shortCount } from '../../lib/format.ts';
import { groupHref } from '../../lib/links.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Ago, Card, Empty, Page } from '../../ui/basics.tsx';
import { Failed } from '../../ui/load.tsx';
import { SparkBars } from '../../ui/sparkline.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { failureInWords } from '../../ui/violations.tsx';
import { ImportButton } from '../correct/import-button.tsx';
import { ExportButton } from './export-button.tsx';
import { OriginFilters } from '../../ui/origin-filters.tsx';
import { ViewSwitch } from './view-switch.tsx';
import './dead-letters.css';

const columns: Column<DeadLetterGroup>[] = [
  {
    header: 'How they fail',
    width: 'minmax(0, 4fr)',
    phone: 'wide',
    cell: (group) => failureInWords(group),
  },
  {
    header: 'Source → contract',
    width: 'minmax(0, 2fr)',
    phone: 'wide',
    cell: ({ source, contract }) => (
      <span className="muted">
        {source} → {contract}
      </span>
    ),
  },
  {
    header: 'Last 24 hours',
    width: '104px',
    cell: ({ trend, count }) => (
      <SparkBars
        values={trend}
        tone="dead_letter"
        label={`${plural(
          trend.reduce((sum, one) => sum + one, 0),
          'letter',
        )} in the last 24 hours, of ${count}`}
      />
    ),
  },
  {
    header: 'Newest',
    phone: 'label',
    width: '88px',
    end: true,
    cell: ({ last_seen: at }) => <Ago at={at} />,
  },
  {
    header: 'Letters',
    width: '76px',
    end: true,
    cell: ({ count }) => <span className="count">{shortCount(count)}</span>,
  },
];

/** Dead letters by the way in which they fail: the largest group first. */
export default function Groups() {
  const [filters, setFilters] = useFilters(['contract', 'source']);
  const groups = usePages('GET /api/v1/dead-letters/groups', { query: filters, every: 15_000 });
  const totals = useApi('GET /api/v1/dead-letters/groups', {
    query: { ...filters, limit: 1 },
  });
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <Page
      title="Dead letters"
      lead={totals.data && leadOf(totals.data)}
      actions={
        <>
          <ExportButton filter={{ ...filters, status: 'open' }} />
          <ImportButton />
        </>
      }
    >
      <div className="filters">
        <ViewSwitch view="groups" />
        <OriginFilters filters={filters} onChange={setFilters} />
      </div>
      <Card flush>
        {groups.error !== null && groups.rows.length === 0 ? (
          <Failed error={groups.error} retry={() => void groups.refetch()} />
        ) : groups.rows.length === 0 && !groups.isPending ? (
          <Empty
            icon={Inbox}
            title={isFiltered ? 'No dead letters of these' : 'No dead letters'}
            actions={
              isFiltered ? undefined : (
                <Link href="/test" className="button">
                  Send a broken event to see one
                </Link>
              )
            }
          >
            {isFiltered
              ? 'Take a filter away to see others.'
              : 'Events that can’t be repaired wait here for you, grouped by what is wrong with them.'}
          </Empty>
        ) : (
          <Table
            label="Groups of dead letters"
            rows={groups.rows}
            columns={columns}
            keyOf={({ signature, source, contract }) => `${signature}/${source}/${contract}`}
            href={groupHref}
            more={groups}
          />
        )}
      </Card>
    </Page>
  );
}

function leadOf({ total, total_letters }: DeadLetterGroups): string | undefined {
  return total === 0 ? undefined : `${plural(total_letters, 'open letter')} in ${plural(total, 'group')}`;
}
