import { Rows3 } from 'lucide-react';
import { useApi, usePages } from '../../api/queries.ts';
import type { Repair, RuleEvents } from '../../api/types.ts';
import { count, plural, shortId } from '../../lib/format.ts';
import { eventHref } from '../../lib/links.ts';
import { Ago, Card, Empty } from '../../ui/basics.tsx';
import { Failed } from '../../ui/load.tsx';
import { Badge } from '../../ui/status.tsx';
import { type Column, Table } from '../../ui/table.tsx';

const columnsFor = (doubtSince: string | undefined): Column<Repair>[] => [
  {
    header: 'Event',
    width: '150px',
    cell: ({ request_id: id }) => <span className="mono">{shortId(id)}</span>,
  },
  { header: 'Table', width: 'minmax(0, 1fr)', cell: ({ table }) => table },
  {
    header: 'Now',
    width: 'minmax(0, 1fr)',
    cell: ({ rolled_back_at: taken, repaired_at: at }) => {
      if (taken !== null) return <Badge tone="duplicate">rolled back</Badge>;
      const isDoubtful = doubtSince !== undefined && Date.parse(at) >= Date.parse(doubtSince);
      return isDoubtful ? (
        <Badge tone="dead_letter">in doubt</Badge>
      ) : (
        <Badge tone="repaired">in the table</Badge>
      );
    },
  },
  {
    header: 'Repaired',
    phone: 'label',
    width: '100px',
    end: true,
    cell: ({ repaired_at: at }) => <Ago at={at} />,
  },
];

/** Each row that the rule touched. */
export function RuleRows({ id, doubtSince }: { id: string; doubtSince?: string }) {
  const totals = useApi('GET /api/v1/rules/{id}/events', {
    params: { id },
    query: { limit: 1 },
    every: 5000,
  });
  const rows = usePages('GET /api/v1/rules/{id}/events', { params: { id } });
  return (
    <Card title="Rows it touched" note={totals.data && noteOf(totals.data)} flush>
      {rows.error !== null && rows.rows.length === 0 ? (
        <Failed error={rows.error} retry={() => void rows.refetch()} />
      ) : rows.rows.length === 0 && !rows.isPending ? (
        <Empty icon={Rows3} title="No row yet">
          The rows that it repairs are listed here, so that you can look at them and take them back.
        </Empty>
      ) : (
        <Table
          label="Rows that the rule repaired"
          rows={rows.rows}
          columns={columnsFor(doubtSince)}
          keyOf={({ request_id: event, repaired_at: at }) => `${event}${at}`}
          href={({ request_id: event }) => eventHref(event)}
          more={rows}
        />
      )}
    </Card>
  );
}

function noteOf({ total, rolled_back: back, duplicates }: RuleEvents): string {
  const parts = [`${plural(total, 'row')}, with those that it was learned from`];
  if (back > 0) parts.push(`${count(back)} rolled back`);
  if (duplicates > 0) parts.push(`${plural(duplicates, 'duplicate')} left out`);
  return parts.join(', ');
}
