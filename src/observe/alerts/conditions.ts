import type { DeadLetterCounts } from '../../dead-letter/counts.ts';
import type { Engine, TopicStats } from '../../engine/engine.ts';
import type { Rule } from '../../model/rule.ts';
import type { RuleStore } from '../../repair/rules/store.ts';
import type { Pipeline } from '../../runtime/pipeline-api.ts';
import type { AlertKind, AlertLimits, Condition } from './alert.ts';

export interface Watched {
  engine: Pick<Engine, 'stats'>;
  deadLetters: Pick<DeadLetterCounts, 'openGroups' | 'groups'>;
  rules: Pick<RuleStore, 'list'>;
  pipeline: Pick<Pipeline, 'status' | 'destinations' | 'history' | 'sources'>;
  limits: AlertLimits;
  now?: () => number;
}

const minuteMs = 60_000;
/** A destination that is down for a moment is nobody's concern. */
const downForMs = 5_000;
const rateMinutes = 10;
/** Fewer are no rate, and each new failure is told by itself. */
const fewestForRate = 20;
const driftingMinutes = 30;
/** Of a source that sends so many a day, it is known how it sends. */
const fewestForSilence = 24;
/** So many times its usual distance, a source is silent. */
const usualDistances = 10;

type Kinds = Record<AlertKind, () => Promise<Condition[]>>;
type Sourced = Pick<Watched, 'pipeline' | 'limits'> & { now: () => number };

/** What the history of the sources tells. */
function ofSources({ pipeline, limits, now }: Sourced): Pick<Kinds, 'drift' | 'source_silent'> {
  return {
    async drift() {
      const since = now() - driftingMinutes * minuteMs;
      const drifting = (await pipeline.sources()).filter(
        ({ last_drift_at: at }) => at !== null && Date.parse(at) >= since,
      );
      return drifting.map(({ source, contracts }) => ({
        key: `drift/${source}`,
        kind: 'drift',
        title: `Events from ${source} no longer look as their contract says`,
        detail: `Contracts: ${contracts.slice(0, 5).join(', ')}. Some are repaired, or become dead letters.`,
        page: '/sources',
      }));
    },

    async source_silent() {
      const silent = (await pipeline.sources()).filter((source) => {
        const events = source.valid + source.repaired + source.dead_letter + source.duplicate;
        if (source.last_seen_at === null || events < fewestForSilence) return false;
        const usualMs = (24 * 60 * minuteMs) / events;
        const silentMs = Math.max(limits.silentMinutes * minuteMs, usualDistances * usualMs);
        return now() - Date.parse(source.last_seen_at) >= silentMs;
      });
      return silent.map(({ source, last_seen_at: at }) => ({
        key: `source_silent/${source}`,
        kind: 'source_silent',
        title: `Nothing comes from ${source} any more`,
        detail: `Its last event came at ${at}.`,
        page: '/sources',
      }));
    },
  };
}

/** What is the matter, kind by kind. Each kind is asked for by itself, as some cost more than others. */
export function createConditions(watched: Watched): Kinds {
  const { deadLetters, rules, pipeline, engine, limits } = watched;
  const now = watched.now ?? Date.now;
  const moved = new Map<string, { settled: number; at: number }>();

  const disabled = async () =>
    (await rules.list()).filter(({ status, disabled_by: by }) => status === 'disabled' && by !== 'person');

  return {
    ...ofSources({ pipeline, limits, now }),
    new_failure: async () =>
      deadLetters.openGroups().map(({ key, contract, source, signature, first }) => ({
        first,
        key: `new_failure/${key}`,
        kind: 'new_failure',
        title: `Events of ${contract} from ${source} fail in a new way`,
        detail: 'They are kept as dead letters until somebody settles them.',
        page: `/dead-letters/group/${signature}?${new URLSearchParams({ contract, source })}`,
      })),

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
          detail: `${dead} of ${all}; the limit is ${limits.deadLetterPercent} %.`,
          page: '/dead-letters',
        },
      ];
    },

    async destination_down() {
      const [{ trouble }, further] = await Promise.all([
        pipeline.status(),
        pipeline.destinations().catch(() => []),
      ]);
      const down = further.filter(({ state }) => state === 'waiting').map(({ name }) => name);
      const isLong = trouble !== undefined && now() - Date.parse(trouble.since) >= downForMs;
      return [...(isLong ? ['main'] : []), ...down].map((name) => ({
        key: `destination_down/${name}`,
        kind: 'destination_down',
        title: `The ${name === 'main' ? 'main destination' : `destination ${name}`} takes no rows`,
        detail:
          name === 'main' && trouble !== undefined
            ? `Since ${trouble.since} (${trouble.code}). Events are kept in the queue.`
            : 'Its copies wait; the main destination is loaded.',
        page: '/',
      }));
    },

    async queue_stuck() {
      const stuck = standingFor(await engine.stats(), moved, now(), limits.queueStuckMinutes * minuteMs);
      return stuck.map(({ topic, group, pending }) => ({
        key: `queue_stuck/${topic}/${group}`,
        kind: 'queue_stuck',
        title: `${group} settles nothing of ${topic}`,
        detail: `${pending} events wait, and none was settled for ${limits.queueStuckMinutes} minutes.`,
        page: '/state',
      }));
    },

    rule_disabled: async () => (await disabled()).map((rule) => ofRule('rule_disabled', rule)),

    rule_wrong_doubt: async () =>
      (await rules.list())
        .filter(({ doubt }) => doubt !== undefined)
        .map((rule) => ofRule('rule_wrong_doubt', rule)),
  };
}

function ofRule(kind: 'rule_disabled' | 'rule_wrong_doubt', { id, contract, source }: Rule): Condition {
  const isDoubt = kind === 'rule_wrong_doubt';
  return {
    key: `${kind}/${id}`,
    kind,
    title: `A rule for ${contract} from ${source} ${isDoubt ? 'may have repaired wrongly' : 'is disabled'}`,
    detail: isDoubt
      ? 'Look at its repairs; they can be rolled back.'
      : 'It repaired wrongly or no more; such events become dead letters.',
    page: `/rules/${id}`,
  };
}

/** Readers that have something to do and have settled nothing for so long. */
function standingFor(
  queues: readonly TopicStats[],
  moved: Map<string, { settled: number; at: number }>,
  now: number,
  forMs: number,
): { topic: string; group: string; pending: number }[] {
  return queues.flatMap(({ topic, published, groups }) =>
    groups.flatMap(({ group, pending }) => {
      const key = `${topic}/${group}`;
      const before = moved.get(key);
      const settled = published - pending;
      if (before === undefined || before.settled !== settled || pending === 0) {
        moved.set(key, { settled, at: now });
        return [];
      }
      return now - before.at >= forMs ? [{ topic, group, pending }] : [];
    }),
  );
}
