import { BellRing } from 'lucide-react';
import type { Alert } from '../../api/types.ts';
import { plural } from '../../lib/format.ts';
import { Ago } from '../../ui/basics.tsx';
import type { Need } from './needs.tsx';

/** What is told elsewhere on the card. */
const toldAlready: ReadonlySet<Alert['kind']> = new Set([
  'new_failure',
  'rule_disabled',
  'rule_wrong_doubt',
  'drift',
]);

export function alertNeeds(alerts: readonly Alert[], isDestinationTold: boolean): Need[] {
  return alerts
    .filter(({ kind }) => !toldAlready.has(kind) && !(kind === 'destination_down' && isDestinationTold))
    .map(alertNeed);
}

/** Sources that drift are mostly healed by themselves, so that many of them are one line. */
export function driftNeeds(alerts: readonly Alert[]): Need[] {
  const drifting = alerts.filter(({ kind }) => kind === 'drift');
  if (drifting.length < 2) return drifting.map(alertNeed);
  return [
    {
      key: 'drift',
      tone: 'healing',
      icon: BellRing,
      href: '/sources',
      what: (
        <>
          Events of {plural(drifting.length, 'source')} no longer look as their contracts say
          <span className="sub">Some are repaired, or become dead letters.</span>
        </>
      ),
      badge: plural(drifting.length, 'alert'),
    },
  ];
}

function alertNeed({ id, kind, title, detail, since, page }: Alert): Need {
  return {
    key: id,
    tone: kind === 'drift' ? 'healing' : 'dead_letter',
    icon: BellRing,
    href: page,
    what: (
      <>
        {title}
        <span className="sub">{detail}</span>
      </>
    ),
    badge: (
      <>
        alert, <Ago at={since} />
      </>
    ),
  };
}
