import {
  CircleSlash,
  Database,
  Inbox,
  type LucideIcon,
  PauseCircle,
  Ruler,
  Siren,
  TriangleAlert,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { destinationName } from '../../../../src/model/destination-name.ts';
import { violationsKey } from '../../../../src/model/violation.ts';
import type { Consumer, DeadLetterGroup, Rule, Stats } from '../../api/types.ts';
import { plural } from '../../lib/format.ts';
import { groupHref, ruleHref } from '../../lib/links.ts';
import type { Tone } from '../../ui/status.tsx';
import { failureInWords } from '../../ui/violations.tsx';

/** Something that waits for a person, and the page where it is settled. */
export interface Need {
  key: string;
  tone: Tone;
  icon: LucideIcon;
  href: string;
  what: ReactNode;
  badge: ReactNode;
}

/** What is not loaded loads by itself later; that a destination is back is a person's work. */
export function destinationNeeds(stats: Stats | undefined): Need[] {
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

/** Rows that stand although something speaks against the rule that repaired them. */
export function doubtNeeds(doubted: readonly { rule: Rule; rows: number; hasMore: boolean }[]): Need[] {
  return doubted
    .filter(({ rows }) => rows > 0)
    .map(({ rule, rows, hasMore }) => ({
      key: `doubt ${rule.id}`,
      tone: 'dead_letter',
      icon: TriangleAlert,
      href: ruleHref(rule.id),
      what: (
        <>
          Rows of {rule.contract} may have been repaired wrongly
          <span className="sub">
            {rule.source} → {rule.contract}: {rule.doubt?.reason}
          </span>
        </>
      ),
      badge: `${hasMore ? 'more than ' : ''}${plural(rows, 'row')}`,
    }));
}

export function groupNeeds(groups: readonly DeadLetterGroup[]): Need[] {
  return groups.map((group) => ({
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

/** Disabled rules for which letters wait: approved, they repair them. */
export function disabledNeeds(disabled: readonly Rule[], groups: readonly DeadLetterGroup[]): Need[] {
  return disabled.flatMap((rule): Need[] => {
    const waiting = groups
      .filter(
        ({ contract, source, violations }) =>
          contract === rule.contract &&
          source === rule.source &&
          violationsKey(violations) === rule.match.violations,
      )
      .reduce((sum, { count }) => sum + count, 0);
    if (waiting === 0) return [];
    return [
      {
        key: `disabled ${rule.id}`,
        tone: 'healing',
        icon: CircleSlash,
        href: ruleHref(rule.id),
        what: (
          <>
            A rule for such letters is disabled
            <span className="sub">
              {rule.source} → {rule.contract}
              {rule.disabled_reason !== undefined && `: ${rule.disabled_reason}`}
            </span>
          </>
        ),
        badge: plural(waiting, 'letter'),
      },
    ];
  });
}

export function candidateNeeds(rules: readonly Rule[]): Need[] {
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

export function pauseNeeds(consumers: readonly Consumer[]): Need[] {
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
