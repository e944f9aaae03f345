import { useQueries } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import { Link } from 'wouter';
import { request } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { useApi } from '../../api/queries.ts';
import type { Rule, Stats } from '../../api/types.ts';
import { plural } from '../../lib/format.ts';
import { Card } from '../../ui/basics.tsx';
import { Badge } from '../../ui/status.tsx';
import { useRulesForPerson } from '../rules/use-rules-for-person.ts';
import { alertNeeds, driftNeeds } from './alert-needs.tsx';
import {
  type Need,
  candidateNeeds,
  destinationNeeds,
  disabledNeeds,
  doubtNeeds,
  groupNeeds,
  pauseNeeds,
} from './needs.tsx';

const shownGroups = 4;
const every = 10_000;

/** What waits for a person, the worst first. */
export function Attention() {
  const { stats } = useLive();
  const groups = useApi('GET /api/v1/dead-letters/groups', { every });
  const needs = useNeeds(stats, groups.data?.items ?? []);
  if (groups.data === undefined || stats?.accepted === 0) return null;
  const more = groups.data.items.length - shownGroups;
  return (
    <Card
      title="Needs a person now"
      flush
      end={more > 0 ? <Link href="/dead-letters">{plural(more, 'more group')}</Link> : undefined}
    >
      {needs.length === 0 ? (
        <p className="all-well">
          <CircleCheck size={16} aria-hidden /> {restOf(stats)}
        </p>
      ) : (
        <ul className="needs">
          {needs.map(({ key, tone, icon: Icon, href, what, badge }) => (
            <li key={key}>
              <Icon size={16} aria-hidden style={{ color: `var(--${tone})` }} />
              <Link href={href} className="row-link">
                {what}
              </Link>
              <Badge tone={tone}>{badge}</Badge>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function useNeeds(stats: Stats | undefined, groups: Parameters<typeof groupNeeds>[0]): Need[] {
  const alerts = useApi('GET /api/v1/alerts', { every });
  const disabled = useApi('GET /api/v1/rules', { query: { status: 'disabled' }, every });
  const consumers = useApi('GET /api/v1/consumers', { every });
  const { candidates, doubted } = useRulesForPerson();
  const rows = useRowsInDoubt(doubted);
  const destinations = destinationNeeds(stats);
  return [
    ...destinations,
    ...doubtNeeds(rows),
    ...alertNeeds(alerts.data?.items ?? [], destinations.length > 0),
    ...groupNeeds(groups.slice(0, shownGroups)),
    ...disabledNeeds(disabled.data?.items ?? [], groups),
    ...candidateNeeds(candidates),
    ...pauseNeeds(consumers.data?.items ?? []),
    ...driftNeeds(alerts.data?.items ?? []),
  ];
}

function useRowsInDoubt(doubted: readonly Rule[]) {
  const answers = useQueries({
    queries: doubted.map(({ id }) => ({
      queryKey: ['rules', id, 'in-doubt'],
      queryFn: () =>
        request('GET /api/v1/rules/{id}/events', { params: { id }, query: { in_doubt: 'true' } }),
      refetchInterval: every,
    })),
  });
  return doubted.map((rule, at) => ({
    rule,
    rows: answers[at]?.data?.items.length ?? 0,
    hasMore: (answers[at]?.data?.next ?? null) !== null,
  }));
}

/** What is true when nobody is needed: not every event has ended while some are on their way. */
function restOf(stats: Stats | undefined): string {
  const further = stats?.destinations ?? [];
  const pending = (stats?.pending ?? 0) + further.reduce((sum, one) => sum + one.pending, 0);
  return pending === 0
    ? 'Nothing. Every event was loaded, repaired or settled.'
    : `Nothing; ${plural(pending, 'event')} on the way.`;
}
