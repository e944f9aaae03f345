import { Link } from 'wouter';
import { useState } from 'react';
import type { Json, LogLine } from '../../api/types.ts';
import { eventHref } from '../../lib/links.ts';
import { shortId } from '../../lib/format.ts';
import { Button } from '../../ui/basics.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { JsonView } from '../../ui/json-view.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import './logs.css';

/** Log lines, newest first; a line leads to its event, and can be opened whole. */
export function LogLines({ lines }: { lines: readonly LogLine[] }) {
  const [open, setOpen] = useState<LogLine>();
  const [columns] = useState(() => columnsOf(setOpen));
  return (
    <div className="logs">
      <Table
        label="Log lines"
        rows={lines}
        columns={columns}
        rowHeight={36}
        keyOf={({ seq }) => String(seq)}
      />
      {open !== undefined && (
        <Dialog title={open.msg} wide onClose={() => setOpen(undefined)}>
          <JsonView value={open as unknown as Json} label="The whole line" />
          <div className="dialog-actions">
            <Button onClick={() => setOpen(undefined)}>Close</Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function columnsOf(open: (line: LogLine) => void): Column<LogLine>[] {
  return [
    {
      header: 'Time',
      width: '92px',
      cell: ({ time }) => <time className="mono log-time">{clock(time)}</time>,
    },
    {
      header: 'Level',
      width: '52px',
      cell: ({ level }) => <span className={`level level-${level}`}>{level}</span>,
    },
    {
      header: 'Message',
      width: 'minmax(0, 5fr)',
      phone: 'wide',
      cell: (line) => (
        <button type="button" className="log-open" onClick={() => open(line)}>
          {line.msg} {line.code !== undefined && <code>{line.code}</code>}
        </button>
      ),
    },
    {
      header: 'Step, source',
      width: 'minmax(0, 2fr)',
      cell: ({ step, source, status }) => (
        <span className="muted">{[step, source, status].filter(Boolean).join(' · ')}</span>
      ),
    },
    {
      header: 'Event',
      width: '128px',
      end: true,
      cell: ({ request_id: id }) =>
        id === undefined ? (
          ''
        ) : (
          <Link href={eventHref(id)} className="mono">
            {shortId(id)}
          </Link>
        ),
    },
  ];
}

function clock(iso: string): string {
  const time = new Date(iso);
  return `${time.toTimeString().slice(0, 8)}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}
