import { Rows3 } from 'lucide-react';
import { useApi, usePages } from '../../api/queries.ts';
import type { Change, Repair, RuleEvents } from '../../api/types.ts';
import { count, plural, shortId } from '../../lib/format.ts';
import { eventHref } from '../../lib/links.ts';
import { pathInWords } from '../../lib/pointer.ts';
import { Ago, Card, Empty } from '../../ui/basics.tsx';
import { Value } from '../../ui/json-view.tsx';
import { Failed } from '../../ui/load.tsx';
import { Badge } from '../../ui/status.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import './rules.css';

const columnsFor = (doubtSince: string | undefined): Column<Repair>[] => [
  {
    header: 'Event',
    width: '150px',
    cell: ({ request_id: id }) => <span className="mono">{shortId(id)}</span>,
  },
  {
    header: 'What it changed',
    width: 'minmax(0, 2.4fr)',
    phone: 'wide',
    cell: ({ changes }) => <ValuesChanged changes={changes} />,
  },
  { header: 'Table', width: 'minmax(0, 1fr)', phone: 'hide', cell: ({ table }) => table },
  {
    header: 'Now',
    width: '112px',
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

/** Fields that differ in more places than that are told on the page of the event. */
const mostShown = 3;

/** `amount "1,234" → 1.234` for each field; what was filled in from the envelope is of no interest here. */
function ValuesChanged({ changes }: Pick<Repair, 'changes'>) {
  if (changes === undefined) return <span className="muted">on the event’s page</span>;
  const made = changes.filter(({ operations, by }) => operations.length > 0 || by === 'person');
  const more = made.length - mostShown;
  return (
    <span className="values-changed">
      {made.slice(0, mostShown).map((change) => (
        <ValueChanged key={change.path} change={change} />
      ))}
      {more > 0 && <span className="muted">and {plural(more, 'more field')}</span>}
    </span>
  );
}

function ValueChanged({ change: { path, from, before, after } }: { change: Change }) {
  const origin = from.length === 1 ? from[0]! : path;
  return (
    <span>
      <code>{pathInWords(origin)}</code> <Value of={before} />
      {after === undefined ? (
        ' removed'
      ) : (
        <>
          {' → '}
          {origin !== path && <code>{pathInWords(path)} </code>}
          <Value of={after} />
        </>
      )}
    </span>
  );
}

/** Each row that the rule touched. */
export function RuleRows({ id, doubtSince }: { id: string; doubtSince?: string }) {
  const totals = useApi('GET /api/v1/rules/{id}/events', {
    params: { id },
    query: { limit: 1 },
    every: 5000,
  });
  const rows = usePages('GET /api/v1/rules/{id}/events', { params: { id }, query: { changes: 'true' } });
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
