import { Link } from 'wouter';
import { useApi } from '../../api/queries.ts';
import type { EventTrail } from '../../api/types.ts';
import { shortId } from '../../lib/format.ts';
import { eventHref, letterHref, ruleHref } from '../../lib/links.ts';
import { Card, Skeleton } from '../../ui/basics.tsx';
import { Status } from '../../ui/status.tsx';
import { ViolationList } from '../../ui/violations.tsx';

const settled = new Set(['loaded', 'repaired', 'duplicate', 'dead_letter', 'discarded']);

/** Follows one event through the flow until it is settled. */
export function Sent({ id }: { id: string }) {
  const first = useApi('GET /api/v1/events/{id}', { params: { id } });
  const isSettled = first.data !== undefined && settled.has(first.data.status);
  const { data: event } = useApi('GET /api/v1/events/{id}', {
    params: { id },
    every: isSettled ? undefined : 400,
  });
  return (
    <Card
      title={
        <Link href={eventHref(id)} className="mono">
          {shortId(id)}
        </Link>
      }
      end={<Link href={eventHref(id)}>Whole trail</Link>}
    >
      {event === undefined ? (
        <Skeleton height={40} />
      ) : (
        <div className="stack" style={{ gap: 12 }}>
          <Way event={event} />
          {event.violations !== undefined && event.violations.length > 0 && (
            <ViolationList violations={event.violations} />
          )}
          {event.plan_words?.map((words) => (
            <div key={words} className="plan">
              <code>{words}</code>
            </div>
          ))}
          <div className="row">
            {event.rule_id !== null && event.rule_id !== undefined && (
              <Link href={ruleHref(event.rule_id)} className="button button-small">
                The rule
              </Link>
            )}
            {event.status === 'dead_letter' && event.dead_letter_id !== undefined && (
              <Link
                href={letterHref(event.dead_letter_id ?? id)}
                className="button button-small button-primary"
              >
                Settle it
              </Link>
            )}
          </div>
        </div>
      )}
    </Card>
  );
}

/** The stations it has passed. */
function Way({ event }: { event: EventTrail }) {
  const { status, healer } = event;
  const stations = ['accepted'];
  if (status === 'healing' || (healer !== undefined && healer !== null && healer !== 'rule'))
    stations.push('healing');
  if (status !== 'accepted' && status !== 'healing') stations.push(status);
  return (
    <ol className="way">
      {stations.map((station) => (
        <li key={station}>
          <Status of={station} />
        </li>
      ))}
    </ol>
  );
}
