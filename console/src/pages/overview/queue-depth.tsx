import { Link } from 'wouter';
import { useLive } from '../../api/live.ts';
import { count, shortCount } from '../../lib/format.ts';
import { Card, Skeleton } from '../../ui/basics.tsx';

/** How many events wait in front of each reader, the deepest first. */
export function QueueDepth() {
  const { stats } = useLive();
  if (stats === undefined) return <Skeleton height={200} />;
  const readers = stats.queues
    .flatMap(({ topic, groups }) => groups.map((group) => ({ topic, ...group })))
    .toSorted((a, b) => b.pending - a.pending);
  const top = Math.max(1, ...readers.map(({ pending }) => pending));
  const total = readers.reduce((sum, { pending }) => sum + pending, 0);
  return (
    <Card
      title="Queue depth"
      note={total === 0 ? 'nothing waits' : `${count(total)} waiting`}
      end={<Link href="/state">Queues</Link>}
    >
      <ul className="depths">
        {readers.map(({ topic, group, pending }) => (
          <li key={`${topic}/${group}`}>
            <span className="truncate">
              {topic} <span className="muted">→ {group}</span>
            </span>
            <span className="depth-bar" aria-hidden>
              <span style={{ width: `${(pending / top) * 100}%` }} />
            </span>
            <b>{shortCount(pending)}</b>
          </li>
        ))}
      </ul>
    </Card>
  );
}
