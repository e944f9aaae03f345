import { useQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { destinationName } from '../../../src/model/destination-name.ts';
import { useLive } from '../api/live.ts';
import type { Stats } from '../api/types.ts';
import { basePath } from '../lib/base-path.ts';
import { count, plural } from '../lib/format.ts';
import { Ago } from '../ui/basics.tsx';

/** What stops the service from loading, on every page, with its cause. */
export function Banner() {
  const { connection, isStale, stats } = useLive();
  if (connection === 'lost')
    return (
      <Line>
        <b>The service can’t be reached.</b> The page connects again by itself; what it shows may be old.
      </Line>
    );
  if (isStale && connection === 'open') return <NoFigures />;
  if (stats === undefined) return null;
  return (
    <>
      {stats.destination.state === 'waiting' && <DestinationDown stats={stats} />}
      {stats.destinations?.map(
        ({ name, type, state, error, pending }) =>
          state !== 'ok' &&
          error !== undefined && (
            <Line key={name}>
              <b>
                {name} ({destinationName(type)}) takes no rows.
              </b>{' '}
              {plural(pending, 'event')} {pending === 1 ? 'waits' : 'wait'} for it; the other destinations go
              on. <Cause text={error} />
            </Line>
          ),
      )}
    </>
  );
}

function DestinationDown({ stats: { destination, pending } }: { stats: Stats }) {
  const { type, since, error } = destination;
  return (
    <Line>
      <b>{destinationName(type)} takes no rows.</b>{' '}
      {since !== undefined && (
        <>
          First failure <Ago at={since} />.{' '}
        </>
      )}
      Events are still accepted
      {pending > 0 && `; ${count(pending)} ${pending === 1 ? 'waits' : 'wait'} in the queue`}. They load by
      themselves when it is back. <Cause text={error ?? 'unknown'} />
    </Line>
  );
}

/** The connection stands and nothing comes: the readiness check, which needs no pipeline, knows why. */
function NoFigures() {
  const { data } = useQuery({
    queryKey: ['ready'],
    queryFn: async () => (await (await fetch(`${basePath}/ready`)).json()) as { reason?: string },
    refetchInterval: 5000,
    retry: false,
  });
  return (
    <Line>
      <b>The service sends no figures.</b> What the page shows may be old.{' '}
      {data?.reason !== undefined && <Cause text={data.reason} />}
    </Line>
  );
}

const Cause = ({ text }: { text: string }) => <span className="cause">Cause: {text}</span>;

function Line({ children }: { children: ReactNode }) {
  return (
    <div className="banner" role="alert">
      <TriangleAlert size={16} aria-hidden />
      <div>{children}</div>
    </div>
  );
}
