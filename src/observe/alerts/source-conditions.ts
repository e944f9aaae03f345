import type { Pipeline } from '../../runtime/pipeline-api.ts';
import type { Alert, AlertLimits, Condition } from './alert.ts';

const minuteMs = 60_000;
const driftingMinutes = 30;
/** Of a source that sends so many a day, it is known how it sends. */
const fewestForSilence = 24;
/** So many times its usual distance, a source is silent. */
const usualDistances = 10;

interface Watched {
  pipeline: Pick<Pipeline, 'sources'>;
  limits: Pick<AlertLimits, 'silentMinutes'>;
  now: () => number;
}

/** What the history of the sources tells. */
export function ofSources({ pipeline, limits, now }: Watched) {
  return {
    async drift(): Promise<Condition[]> {
      const since = now() - driftingMinutes * minuteMs;
      const drifting = (await pipeline.sources()).filter(
        ({ last_drift_at: at }) => at !== null && Date.parse(at) >= since,
      );
      return drifting.map(({ source, contracts }) => ({
        key: `drift/${source}`,
        kind: 'drift',
        title: `Events from ${source} no longer look as their contract says`,
        detail: `Contracts: ${contracts.slice(0, 5).join(', ')}. Some are repaired, or become dead letters.`,
        page: `/sources?source=${encodeURIComponent(source)}`,
      }));
    },

    /** Once silent, a source is so until it sends: of the last 24 hours its history says less with each. */
    async source_silent(known: ReadonlyMap<string, Alert>): Promise<Condition[]> {
      const sources = await pipeline.sources();
      const silent = sources.filter((source) => {
        const events = source.valid + source.repaired + source.dead_letter + source.duplicate;
        if (source.last_seen_at === null || events < fewestForSilence) return false;
        const usualMs = (24 * 60 * minuteMs) / events;
        const silentMs = Math.max(limits.silentMinutes * minuteMs, usualDistances * usualMs);
        return now() - Date.parse(source.last_seen_at) >= silentMs;
      });
      const found = silent.map(({ source, last_seen_at: at }): Condition => ({
        key: keyOf(source),
        kind: 'source_silent',
        title: `Nothing comes from ${source} any more`,
        detail: `Its last event came at ${at}.`,
        page: `/sources?source=${encodeURIComponent(source)}`,
      }));
      const seen = new Map(sources.map(({ source, last_seen_at: at }) => [keyOf(source), at ?? '']));
      const still = [...known.values()].filter(
        ({ kind, key, since }) => kind === 'source_silent' && (seen.get(key) ?? '') <= since,
      );
      return [...found, ...still.filter(({ key }) => !found.some((one) => one.key === key))];
    },
  };
}

const keyOf = (source: string): string => `source_silent/${source}`;
