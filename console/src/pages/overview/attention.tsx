import { CircleCheck, Database, Inbox, PauseCircle, Ruler, Siren } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { destinationName } from '../../../../src/model/destination-name.ts';
import { useLive } from '../../api/live.ts';
import { useApi } from '../../api/queries.ts';
import type { Consumer, DeadLetterGroup, Rule, Stats } from '../../api/types.ts';
import { plural } from '../../lib/format.ts';
import { groupHref } from '../../lib/links.ts';
import { Card } from '../../ui/basics.tsx';
import { failureInWords } from '../../ui/violations.tsx';
import { type Tone, Badge } from '../../ui/status.tsx';

interface Need {
  key: string;
  tone: Tone;
  icon: typeof Inbox;
  href: string;
  what: ReactNode;
  badge: string;
}

const shownGroups = 4;

/** What waits for a person, the largest first. */
export function Attention() {
  const { stats } = useLive();
  const groups = useApi('GET /api/v1/dead-letters/groups', { every: 10_000 });
  const rules = useApi('GET /api/v1/rules', { query: { status: 'candidate' }, every: 10_000 });
  const consumers = useApi('GET /api/v1/consumers', { every: 10_000 });
  const needs = [
    ...destinationNeeds(stats),
    ...groupNeeds(groups.data?.items ?? []),
    ...ruleNeeds(rules.data?.items ?? []),
    ...pauseNeeds(consumers.data?.items ?? []),
  ];
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

/** What is true when nobody is needed: not every event has ended while some are on their way. */
function restOf(stats: Stats | undefined): string {
  const further = stats?.destinations ?? [];
  const pending = (stats?.pending ?? 0) + further.reduce((sum, one) => sum + one.pending, 0);
  return pending === 0
    ? 'Nothing. Every event was loaded, repaired or settled.'
    : `Nothing; ${plural(pending, 'event')} on the way.`;
}

/** What is not loaded loads by itself later; that a destination is back is a person's work. */
function destinationNeeds(stats: Stats | undefined): Need[] {
  if (stats === undefined) return [];
  const { destination, destinations = [], pending } = stats;
  const need = (name: string, waiting: number): Need => ({
    key: `destination ${name}`,
    tone: 'dead_letter',
    icon: Database,
    href: '/logs',
    what: `${name} takes no rows`,
    badge: `${plural(waiting, 'event')} waiting`,
  });
  return [
    ...(destination.state === 'waiting' ? [need(destinationName(destination.type), pending)] : []),
    ...destinations.filter(({ state }) => state !== 'ok').map((one) => need(one.name, one.pending)),
  ];
}

function groupNeeds(groups: readonly DeadLetterGroup[]): Need[] {
  return groups.slice(0, shownGroups).map((group) => ({
    key: `${group.signature}${group.source}`,
    tone: 'dead_letter',
    icon: Inbox,
    href: groupHref(group),
    what: (
      <>
        {failureInWords(group)}
        <span className="sub">
          {group.source} → {group.contract}
        </span>
      </>
    ),
    badge: plural(group.count, 'letter'),
  }));
}

function ruleNeeds(rules: readonly Rule[]): Need[] {
  if (rules.length === 0) return [];
  return [
    {
      key: 'rules',
      tone: 'healing',
      icon: Ruler,
      href: '/rules?status=candidate',
      what: 'Rules wait for approval, and the events that they repair with them',
      badge: plural(rules.length, 'rule'),
    },
  ];
}

function pauseNeeds(consumers: readonly Consumer[]): Need[] {
  return consumers
    .filter(({ paused_since }) => paused_since !== undefined)
    .map(({ topic, group, pending }) => ({
      key: `${topic}/${group}`,
      tone: 'healing',
      icon: pending > 0 ? Siren : PauseCircle,
      href: '/state',
      what: `${group} is paused on ${topic}`,
      badge: `${plural(pending, 'event')} waiting`,
    }));
}
