import { Pause, Play } from 'lucide-react';
import { useMemo, useState } from 'react';
import { request } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { refresh, useApi } from '../../api/queries.ts';
import type { Consumer } from '../../api/types.ts';
import { bytes, count, plural, shortCount } from '../../lib/format.ts';
import { Ago, Button, Card } from '../../ui/basics.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Load } from '../../ui/load.tsx';
import { Badge } from '../../ui/status.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { attempt, toast } from '../../ui/toasts.tsx';

interface Reader extends Consumer {
  published: number;
  bytes: number;
}

const columns: Column<Reader>[] = [
  {
    header: 'Topic',
    width: 'minmax(0, 2.4fr)',
    phone: 'wide',
    cell: ({ topic }) => <b className="topic">{topic}</b>,
  },
  { header: 'Read by', phone: 'label', width: 'minmax(0, 1.6fr)', cell: ({ group }) => group },
  {
    header: 'Published',
    width: '96px',
    end: true,
    phone: 'hide',
    cell: ({ published }) => shortCount(published),
  },
  {
    header: 'Depth',
    phone: 'label',
    width: '84px',
    end: true,
    cell: ({ pending }) => (pending === 0 ? <span className="muted">0</span> : <b>{count(pending)}</b>),
  },
  {
    header: 'For a retry',
    width: '84px',
    end: true,
    phone: 'hide',
    cell: ({ waiting }) => (waiting === 0 ? <span className="muted">0</span> : <b>{count(waiting)}</b>),
  },
  { header: 'Kept', width: '84px', end: true, phone: 'hide', cell: (reader) => bytes(reader.bytes) },
  {
    header: 'State',
    width: '124px',
    cell: ({ paused_since: since }) =>
      since === undefined ? (
        <Badge tone="loaded">reading</Badge>
      ) : (
        <Badge tone="healing">
          paused <Ago at={since} />
        </Badge>
      ),
  },
  { header: 'Pause, resume', width: '112px', end: true, cell: (reader) => <PauseButton reader={reader} /> },
];

function PauseButton({ reader }: { reader: Reader }) {
  const [isAsking, setAsking] = useState(false);
  const { topic, group, paused_since: since } = reader;
  const isPaused = since !== undefined;
  return (
    <>
      <Button
        size="small"
        icon={isPaused ? Play : Pause}
        aria-label={`${isPaused ? 'resume' : 'pause'} ${group} on ${topic}`}
        onClick={() => (isPaused ? void resume(reader) : setAsking(true))}
      >
        {isPaused ? 'Resume' : 'Pause…'}
      </Button>
      {isAsking && <PauseDialog reader={reader} onClose={() => setAsking(false)} />}
    </>
  );
}

function PauseDialog({ reader, onClose }: { reader: Reader; onClose: () => void }) {
  const { topic, group } = reader;
  async function pause(): Promise<void> {
    onClose();
    const params = { topic, group };
    const done = await attempt(() => request('POST /api/v1/consumers/{topic}/{group}/pause', { params }));
    await refresh('consumers');
    if (done === undefined) return;
    toast(`${group} is paused on ${topic}.`, { undo: () => void resume(reader) });
  }
  return (
    <Dialog title={`Pause ${group} on ${topic}?`} onClose={onClose}>
      <p>
        {group} stops reading {topic}, also after a restart, until somebody resumes it. Its events wait in the
        queue; when the queue is full, senders are answered 503.
      </p>
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="danger" icon={Pause} onClick={() => void pause()}>
          Pause {group}
        </Button>
      </div>
    </Dialog>
  );
}

async function resume({ topic, group }: Reader): Promise<void> {
  await attempt(
    () => request('POST /api/v1/consumers/{topic}/{group}/resume', { params: { topic, group } }),
    () => `${group} reads ${topic} again.`,
  );
  await refresh('consumers');
}

/** Topics with who reads them; a pause is kept over restarts. */
export function Queues() {
  const { stats } = useLive();
  const query = useApi('GET /api/v1/consumers', { every: 2000 });
  const readers = useMemo(
    () =>
      query.data?.items.map((consumer): Reader => {
        const topic = stats?.queues.find((queue) => queue.topic === consumer.topic);
        return { ...consumer, published: topic?.published ?? 0, bytes: topic?.bytes ?? 0 };
      }),
    [query.data, stats],
  );
  const depth = readers?.reduce((sum, { pending }) => sum + pending, 0) ?? 0;
  return (
    <Card title="Queues" note={depth === 0 ? 'nothing waits' : `${plural(depth, 'event')} waiting`} flush>
      <Load query={{ ...query, data: readers }}>
        {(readers) => (
          <Table
            label="Queues"
            rows={readers}
            columns={columns}
            keyOf={({ topic, group }) => `${topic}/${group}`}
          />
        )}
      </Load>
    </Card>
  );
}
