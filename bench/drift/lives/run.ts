import { type DriftCase, isExact } from '../cases.ts';
import type { Subject } from '../corpus/subject.ts';
import { type Decision, decide } from '../decision.ts';
import { grouped } from '../grouped.ts';
import type { BenchHealer, Outcome } from '../judge.ts';
import { type Judgement, metricsOf } from '../metrics.ts';
import { type SetReport, interval } from '../report.ts';
import { openBenchRules } from '../rules.ts';
import { shareOf } from '../wilson.ts';
import type { Life, LifeEvent } from './event.ts';
import { makeLives } from './life.ts';

/** What became of one event of a sender's life. */
export interface LifeVerdict extends Judgement {
  life: string;
  /** Its place in the life. */
  at: number;
  event: LifeEvent;
  decision: Decision;
}

/** Follows senders through the service's own rules. */
export async function runLives(
  cases: readonly DriftCase[],
  options: { seed: string; lives: number },
  healer: BenchHealer,
  signal: AbortSignal,
): Promise<{ report: SetReport; verdicts: LifeVerdict[] }> {
  const lives = makeLives(cases, { seed: options.seed, count: options.lives });
  const verdicts: LifeVerdict[] = [];
  for (const life of lives) verdicts.push(...(await follow(life, healer, signal)));
  const byRule = verdicts.filter(({ decision }) => decision.by === 'rule');
  const wrong = byRule.filter(({ outcome }) => outcome === 'wrong').length;
  return {
    report: {
      set: 'lives',
      origin: `${verdicts.length} events of ${lives.length} senders, one after the other, through the service's own rules`,
      metrics: metricsOf(verdicts),
      more: [['of those repaired by a rule: wrong', interval(shareOf(wrong, byRule.length))]],
    },
    verdicts,
  };
}

/** With a rule store of its own: contracts of different vendors may have one name. */
async function follow(
  { id, subject, events }: Life,
  healer: BenchHealer,
  signal: AbortSignal,
): Promise<LifeVerdict[]> {
  const bench = await openBenchRules([subject]);
  const told: LifeVerdict[] = [];
  try {
    for (const [at, event] of events.entries()) {
      const { sent, expected, what } = event;
      const start = performance.now();
      const decision = await decide(sent, id, subject, bench, healer, signal);
      const milliseconds = performance.now() - start;
      told.push({
        case: { kind: what.replaceAll(' ', '_'), expected },
        life: id,
        at,
        event,
        outcome: outcomeOf(decision, event, subject),
        decision,
        invented: [],
        milliseconds,
      });
    }
  } finally {
    await bench.close();
  }
  return told;
}

function outcomeOf(decision: Decision, { meant, expected }: LifeEvent, subject: Subject): Outcome {
  if (decision.by === 'nobody') return 'refused';
  return expected !== 'refuse' && isExact(decision.value, meant, subject) ? 'exact' : 'wrong';
}

/** What went wrong, some of each kind. */
export function livesText(verdicts: readonly LifeVerdict[], limit: number): string {
  const wrong = verdicts.filter(({ outcome }) => outcome === 'wrong');
  const groups = [...grouped(wrong, (verdict) => verdict.case.kind).values()];
  const each = Math.max(1, Math.ceil(limit / Math.max(1, groups.length)));
  return groups
    .flatMap((group) => group.slice(0, each))
    .map(({ life, at, event, decision, case: { kind } }) =>
      [
        `${life}, event ${at} (${kind}, ${event.expected} expected): loaded by ${decision.by}`,
        `  sent    ${clipped(event.sent)}`,
        `  meant   ${clipped(event.meant)}`,
        `  loaded  ${clipped(decision.by === 'nobody' ? undefined : decision.value)}`,
      ].join('\n'),
    )
    .join('\n\n');
}

const clipped = (value: unknown): string => (JSON.stringify(value) ?? '').slice(0, 600);
