import { useState } from 'react';
import { usePages } from '../../api/queries.ts';
import type { StateEntry } from '../../api/types.ts';
import { bytes } from '../../lib/format.ts';
import { Button } from '../../ui/basics.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { JsonView } from '../../ui/json-view.tsx';
import { Failed } from '../../ui/load.tsx';
import { type Column, Table } from '../../ui/table.tsx';

/** The keys of one group with their values. */
export function StateEntries({ group }: { group: string }) {
  const [open, setOpen] = useState<StateEntry>();
  const [columns] = useState(() => columnsOf(setOpen));
  const entries = usePages('GET /api/v1/state', { query: { prefix: `${group}/`, limit: 100 } });
  if (entries.error !== null && entries.rows.length === 0)
    return <Failed error={entries.error} retry={() => void entries.refetch()} />;
  return (
    <>
      <Table
        label={`Keys of ${group}`}
        rows={entries.rows}
        columns={columns}
        keyOf={({ key }) => key}
        more={entries}
      />
      {open !== undefined && (
        <Dialog title={open.key} wide onClose={() => setOpen(undefined)}>
          {open.cut === true ? (
            <p>The value is too large to be shown: {bytes(open.size)}.</p>
          ) : (
            <JsonView value={open.value} label="The value" />
          )}
          <div className="dialog-actions">
            <Button onClick={() => setOpen(undefined)}>Close</Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function columnsOf(open: (entry: StateEntry) => void): Column<StateEntry>[] {
  return [
    {
      header: 'Key',
      width: 'minmax(0, 1.4fr)',
      phone: 'wide',
      cell: (entry) => (
        <button type="button" className="state-key mono" onClick={() => open(entry)}>
          {entry.key}
        </button>
      ),
    },
    {
      header: 'Value',
      width: 'minmax(0, 2fr)',
      phone: 'wide',
      cell: ({ value, cut }) => (
        <code className="truncate state-value">
          {cut === true ? '…' : JSON.stringify(value)?.slice(0, 300)}
        </code>
      ),
    },
    { header: 'Size', width: '72px', end: true, cell: (entry) => bytes(entry.size) },
  ];
}
