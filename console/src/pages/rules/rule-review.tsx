import { Link } from 'wouter';
import { useApi } from '../../api/queries.ts';
import { plural, shortId } from '../../lib/format.ts';
import { eventHref } from '../../lib/links.ts';
import { Card } from '../../ui/basics.tsx';
import { Load } from '../../ui/load.tsx';
import { Changes } from '../events/changes.tsx';

/** What a person should see before approving: how many events wait, what becomes of some of them, and the risks. */
export function RuleReview({ id }: { id: string }) {
  const query = useApi('GET /api/v1/rules/{id}/review', { params: { id }, every: 5000 });
  return (
    <Card
      title="Waits for you"
      note={query.data && `${plural(query.data.waiting, 'event waits', 'events wait')} for it`}
    >
      <Load query={query} height={160}>
        {({ risks, samples }) => (
          <div className="stack" style={{ gap: 16 }}>
            {risks.length > 0 && (
              <div>
                <h3>Risks</h3>
                <ul className="stack">
                  {risks.map((risk) => (
                    <li key={risk}>{risk}</li>
                  ))}
                </ul>
              </div>
            )}
            {samples.length === 0 && <p className="muted">No event waits for it now.</p>}
            {samples.map(({ request_id: event, changes }) => (
              <div key={event}>
                <h3>
                  <Link href={eventHref(event)} className="mono">
                    {shortId(event)}
                  </Link>
                </h3>
                <Changes event={{ changes }} />
              </div>
            ))}
          </div>
        )}
      </Load>
    </Card>
  );
}
