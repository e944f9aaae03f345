import type { DeadLetterCounts } from '../../dead-letter/counts.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Rule } from '../../model/rule.ts';
import type { RuleStore } from '../../repair/rules/store.ts';
import type { Pipeline } from '../../runtime/pipeline-api.ts';
import type { Alert, AlertKind, AlertLimits, Condition } from './alert.ts';
import { newFailures } from './new-failures.ts';
import { ofQueues } from './queue-conditions.ts';
import { ofSources } from './source-conditions.ts';

export interface Watched {
  engine: Pick<Engine, 'stats'>;
  deadLetters: Pick<DeadLetterCounts, 'openGroups' | 'groups'>;
  rules: Pick<RuleStore, 'list'>;
  pipeline: Pick<Pipeline, 'status' | 'destinations' | 'history' | 'sources'>;
  limits: AlertLimits;
  /** What the main destination is, as people call it. */
  destination: string;
  now?: () => number;
}

/** A destination that is down for a moment is nobody's concern. */
const downForMs = 5_000;
const rateMinutes = 10;
const mostOfCause = 200;
/** Fewer are no rate, and each new failure is told by itself. */
const fewestForRate = 20;

export type Conditions = Record<AlertKind, (known: ReadonlyMap<string, Alert>) => Promise<Condition[]>>;

/** What is the matter, kind by kind. Each kind is asked for by itself, as some cost more than others. */
export function createConditions(watched: Watched): Conditions {
  const { deadLetters, rules, pipeline, engine, limits } = watched;
  const now = watched.now ?? Date.now;

  const disabled = async () =>
    (await rules.list()).filter(({ status, disabled_by: by }) => status === 'disabled' && by !== 'person');

  return {
    ...ofSources({ pipeline, limits, now }),
    new_failure: async () => newFailures(deadLetters),

    async dead_letter_rate() {
      const { series } = await pipeline.history({}, rateMinutes);
      const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
      const dead = sum(series.dead_letter);
      const all = dead + sum(series.loaded) + sum(series.repaired);
      const percent = all === 0 ? 0 : (100 * dead) / all;
      if (dead < fewestForRate || percent < limits.deadLetterPercent) return [];
      return [
        {
          key: 'dead_letter_rate',
          kind: 'dead_letter_rate',
          title: `${percent.toFixed(0)} % of the events of the last ${rateMinutes} minutes are dead letters`,
          detail: `${dead.toLocaleString('en-US')} of ${all.toLocaleString('en-US')}; the limit is ${limits.deadLetterPercent} %.`,
          page: '/dead-letters',
        },
      ];
    },

    destination_down: () => destinationsDown(watched, now),

    queue_stuck: ofQueues({ engine, pipeline, limits, now }),

    rule_disabled: async () => (await disabled()).map((rule) => ofRule('rule_disabled', rule)),

    rule_wrong_doubt: async () =>
      (await rules.list())
        .filter(({ doubt }) => doubt !== undefined)
        .map((rule) => ofRule('rule_wrong_doubt', rule)),
  };
}

async function destinationsDown({ pipeline, destination }: Watched, now: () => number): Promise<Condition[]> {
  const [{ trouble, tables = [] }, further] = await Promise.all([
    pipeline.status(),
    pipeline.destinations().catch(() => []),
  ]);
  const isLong = ({ since }: { since: string }) => now() - Date.parse(since) >= downForMs;
  const waiting = [
    ...tables.map((table) => ({ ...table, place: '' })),
    ...further.flatMap(({ name, tables = [] }) => tables.map((table) => ({ ...table, place: name }))),
  ];
  const longWaiting = waiting.filter(isLong).map(({ place, table, since }): Condition => ({
    key: ['destination_down/table', place, table].filter(Boolean).join('/'),
    kind: 'destination_down',
    title: `The table ${table}${place && ` of ${place}`} takes no rows`,
    detail: `Since ${since}. What is for it is kept, and the other tables are written; the log says why.`,
    page: '/',
  }));
  const down = ({ name, title, detail }: Record<'name' | 'title' | 'detail', string>): Condition => ({
    key: `destination_down/${name}`,
    kind: 'destination_down',
    title,
    detail,
    page: '/',
  });
  const causeOf = ({ error, since }: { error: string; since: string }) =>
    `Since ${since}: ${error.slice(0, mostOfCause)}`;
  const whole =
    trouble === undefined || !isLong(trouble)
      ? []
      : [
          down({
            name: 'main',
            title: `${destination} takes no rows`,
            detail: `${causeOf(trouble)}. Events are accepted, and wait in the queue.`,
          }),
        ];
  const copies = further.flatMap(({ name, error, since }) =>
    error === undefined || since === undefined || !isLong({ since })
      ? []
      : [
          down({
            name,
            title: `The destination ${name} takes no rows`,
            detail: `${causeOf({ error, since })}. Its copies wait; the main destination is loaded.`,
          }),
        ],
  );
  return [...whole, ...copies, ...longWaiting];
}

function ofRule(kind: 'rule_disabled' | 'rule_wrong_doubt', rule: Rule): Condition {
  const { id, contract, source, doubt, disabled_reason: why } = rule;
  const isDoubt = kind === 'rule_wrong_doubt';
  return {
    key: `${kind}/${id}`,
    kind,
    title: `A rule for ${contract} from ${source} ${isDoubt ? 'may have repaired wrongly' : 'is disabled'}`,
    detail: isDoubt
      ? `${doubt?.reason ?? 'Something speaks against it'}. Look at its repairs; they can be rolled back.`
      : `${why ?? 'It repaired wrongly, or no more'}. Such events become dead letters until it is approved or deleted.`,
    page: `/rules/${id}`,
  };
}
