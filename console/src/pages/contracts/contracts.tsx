import { FileText } from 'lucide-react';
import { useMemo } from 'react';
import { useApi } from '../../api/queries.ts';
import { percent, plural } from '../../lib/format.ts';
import { contractHref } from '../../lib/links.ts';
import { Card, Empty, Page } from '../../ui/basics.tsx';
import { Load } from '../../ui/load.tsx';
import { ShareBar } from '../../ui/sparkline.tsx';
import { Badge } from '../../ui/status.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { byName, type ContractVersions } from './versions.ts';
import './contracts.css';

const columns: Column<ContractVersions>[] = [
  {
    header: 'Contract',
    width: 'minmax(0, 2fr)',
    phone: 'wide',
    cell: ({ name, newest }) => (
      <>
        {name}
        <span className="sub">{newest.description}</span>
      </>
    ),
  },
  {
    header: 'Versions',
    phone: 'label',
    width: 'minmax(0, 1fr)',
    cell: ({ versions }) => versions.map((one) => one.version).join(', '),
  },
  {
    header: 'Table',
    width: 'minmax(0, 1fr)',
    phone: 'hide',
    cell: ({ newest }) => <code>{newest.table}</code>,
  },
  {
    header: 'Valid, last 24 hours',
    width: '190px',
    phone: 'wide',
    cell: ({ name }) => <ValidShare name={name} />,
  },
  { header: 'Drift', width: '140px', end: true, cell: ({ name }) => <DriftCount name={name} /> },
];

function useDrift(name: string) {
  return useApi('GET /api/v1/contracts/{name}/drift', { params: { name }, every: 10_000 }).data;
}

function ValidShare({ name }: { name: string }) {
  const drift = useDrift(name);
  if (drift === undefined || drift.valid_share === null) return <span className="muted">no events</span>;
  const share = drift.valid_share;
  return (
    <span className="valid-share">
      <ShareBar
        label={`${percent(share)} of ${name}’s events were valid`}
        shares={[
          { tone: 'loaded', label: 'valid', value: share },
          { tone: 'healing', label: 'not valid', value: 1 - share },
        ]}
      />
      {percent(share)}
    </span>
  );
}

function DriftCount({ name }: { name: string }) {
  const drift = useDrift(name);
  if (drift === undefined || drift.fields.length === 0) return <span className="muted">none seen</span>;
  return <Badge tone="healing">{plural(drift.fields.length, 'new field')}</Badge>;
}

/** What events must look like. */
export default function Contracts() {
  const query = useApi('GET /api/v1/contracts', { every: 15_000 });
  const contracts = useMemo(() => byName(query.data?.items ?? []), [query.data]);
  return (
    <Page title="Contracts" lead={query.data && plural(contracts.length, 'contract')}>
      <Card flush>
        <Load query={query}>
          {() =>
            contracts.length === 0 ? (
              <Empty icon={FileText} title="There are no contracts">
                Add a folder with contracts under <code>contracts:</code> in sentinel-config.yaml, or run{' '}
                <code>sentinel contracts infer</code> on a sample of events.
              </Empty>
            ) : (
              <Table
                label="Contracts"
                rows={contracts}
                columns={columns}
                rowHeight={54}
                keyOf={({ name }) => name}
                href={({ name }) => contractHref(name)}
              />
            )
          }
        </Load>
      </Card>
    </Page>
  );
}
