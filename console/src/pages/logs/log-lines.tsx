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

interface LogLinesProps {
  lines: readonly LogLine[];
  /** All are of one step, which need not be said. */
  brief?: boolean;
}

/** Log lines, newest first; a line leads to its event, and can be opened whole. */
export function LogLines({ lines, brief = false }: LogLinesProps) {
  const [open, setOpen] = useState<LogLine>();
  const [columns] = useState(() =>
    columnsOf(setOpen).filter(({ header }) => !brief || header !== originHeader),
  );
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

const originHeader = 'Step, source';

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
      header: originHeader,
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
