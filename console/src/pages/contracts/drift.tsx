import { CircleCheck } from 'lucide-react';
import type { ContractDrift, DriftField } from '../../api/types.ts';
import { pathInWords } from '../../lib/pointer.ts';
import { shortCount } from '../../lib/format.ts';
import { Ago, Card, Empty } from '../../ui/basics.tsx';
import { type Column, Table } from '../../ui/table.tsx';

const columns: Column<DriftField>[] = [
  {
    header: 'Field',
    width: 'minmax(0, 2fr)',
    phone: 'wide',
    cell: ({ path, version }) => (
      <>
        <code>{pathInWords(path)}</code> <span className="muted">{version}</span>
      </>
    ),
  },
  { header: 'Types', width: 'minmax(0, 1fr)', cell: ({ types }) => types.join(', ') },
  { header: 'From', width: 'minmax(0, 2fr)', phone: 'wide', cell: ({ sources }) => sources.join(', ') },
  {
    header: 'First seen',
    width: '90px',
    end: true,
    phone: 'hide',
    cell: ({ first_seen: at }) => <Ago at={at} />,
  },
  {
    header: 'Last seen',
    phone: 'label',
    width: '90px',
    end: true,
    cell: ({ last_seen: at }) => <Ago at={at} />,
  },
  { header: 'Events', phone: 'label', width: '80px', end: true, cell: ({ count }) => shortCount(count) },
];

/** Fields that sources send and the contract does not know: where it drifts to. */
export function Drift({ drift }: { drift: ContractDrift }) {
  return (
    <Card title="Undeclared fields seen" note={drift.sampled ? 'in a sample of the events' : undefined} flush>
      {drift.fields.length === 0 ? (
        <Empty icon={CircleCheck} title="None">
          The sources send what the contract declares, and nothing else.
        </Empty>
      ) : (
        <Table
          label="Undeclared fields"
          rows={drift.fields}
          columns={columns}
          keyOf={({ path, version }) => `${version}${path}`}
        />
      )}
    </Card>
  );
}
