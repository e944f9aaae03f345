import { Pause, Play } from 'lucide-react';
import { useMemo } from 'react';
import { request } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { refresh, useApi } from '../../api/queries.ts';
import type { Consumer } from '../../api/types.ts';
import { bytes, count, plural, shortCount } from '../../lib/format.ts';
import { Ago, Button, Card } from '../../ui/basics.tsx';
import { Load } from '../../ui/load.tsx';
import { Badge } from '../../ui/status.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { attempt } from '../../ui/toasts.tsx';

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

function PauseButton({ reader: { topic, group, paused_since: since } }: { reader: Reader }) {
  const action = since === undefined ? 'pause' : 'resume';
  async function run(): Promise<void> {
    await attempt(
      () => request(`POST /api/v1/consumers/{topic}/{group}/${action}`, { params: { topic, group } }),
      () =>
        action === 'pause'
          ? `${group} reads ${topic} no more; its events wait in the queue.`
          : `${group} reads ${topic} again.`,
    );
    await refresh('consumers');
  }
  return (
    <Button
      size="small"
      icon={action === 'pause' ? Pause : Play}
      aria-label={`${action} ${group} on ${topic}`}
      onClick={() => void run()}
    >
      {action === 'pause' ? 'Pause' : 'Resume'}
    </Button>
  );
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
