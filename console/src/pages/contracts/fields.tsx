import { useMemo } from 'react';
import type { Contract } from '../../api/types.ts';
import { Badge } from '../../ui/status.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { type ContractField, flatten } from './flatten.ts';

/** What the contract declares, and into which column it goes. */
export function Fields({ contract }: { contract: Contract }) {
  const fields = useMemo(() => flatten(contract), [contract]);
  const columns = useMemo(() => columnsOf(contract), [contract]);
  return (
    <Table
      label={`Fields of ${contract.name} ${contract.version}`}
      rows={fields}
      columns={columns}
      keyOf={({ pointer }) => pointer}
    />
  );
}

function columnsOf({ columns, aliases, key }: Contract): Column<ContractField>[] {
  return [
    {
      header: 'Field',
      width: 'minmax(0, 2.2fr)',
      phone: 'wide',
      cell: ({ path, name, depth, pointer }) => (
        <span style={{ paddingLeft: depth * 18 }} className="contract-field" title={path}>
          <code>{name}</code>
          {key.includes(pointer) && <Badge tone="accent">key</Badge>}
        </span>
      ),
    },
    {
      header: 'Wanted',
      width: 'minmax(0, 2.6fr)',
      phone: 'wide',
      cell: ({ wanted, description }) => (
        <>
          {wanted}
          {description !== undefined && <span className="sub">{description}</span>}
        </>
      ),
    },
    {
      header: 'Required',
      width: '80px',
      cell: ({ required }) => (required ? 'required' : <span className="muted">optional</span>),
    },
    {
      header: 'Column',
      width: 'minmax(0, 1fr)',
      phone: 'hide',
      cell: ({ path }) => (
        <span className="muted">{columns.find(({ name }) => name === path)?.type.kind ?? ''}</span>
      ),
    },
    ...(Object.keys(aliases).length === 0 ? [] : [aliasColumn(aliases)]),
  ];
}

function aliasColumn(aliases: Contract['aliases']): Column<ContractField> {
  return {
    header: 'Also known as',
    width: 'minmax(0, 1fr)',
    phone: 'hide',
    cell: ({ pointer }) => <span className="muted">{aliases[pointer]?.join(', ') ?? ''}</span>,
  };
}
