import { removedCounts } from '../dead-letter/removal.ts';
import type { TopicStats } from '../engine/engine.ts';
import { pendingOf } from '../engine/pending.ts';
import { SentinelError } from '../model/errors.ts';
import { parkedTable, topics } from '../model/event.ts';
import type { KnownCounts } from '../load/destination-kit/known-counts.ts';
import type { CopyStatus } from '../load/replicas/reader.ts';
import type { WaitingTable } from '../load/waiting-tables.ts';
import type { Pipeline } from '../runtime/pipeline-api.ts';
import type { Trouble } from '../support/patience.ts';
import { groups } from '../flow/groups.ts';
import type { ServerContext } from './context.ts';

/** Counters since the data folder began; an accepted event is in exactly one of the others. */
export interface Stats {
  accepted: number;
  /** Loaded as they came. */
  loaded: number;
  /** Loaded after a repair. */
  repaired: number;
  duplicate: number;
  /** Of the duplicates: those that say something else than the event that has the row. */
  changed_duplicates: number;
  /** Open ones, and those that are being replayed. */
  dead_letters: number;
  /** By a person; those that were erased as well. */
  discarded: number;
  /** Of the discarded: those that were erased with a person's data. */
  erased: number;
  /** Accepted and not yet looked at, or on the way to the destination. */
  pending: number;
  /** With the healers. */
  healing: number;
  /**
   * ISO 8601 time; set when the destination is away, and its counters (the first three after `accepted`) are of then. Null when
   * they have not been read since the start.
   */
  counters_as_of?: string | null;
  /** The main one. */
  destination: {
    type: string;
    state: 'ok' | 'waiting';
    error?: string;
    since?: string;
    /** Those that take no rows while the others do. */
    tables?: { table: string; error: string; since: string }[];
  };
}

export async function collectStats(
  { pipeline, deadLetters, config, engine }: ServerContext,
  queues: readonly TopicStats[],
): Promise<Stats> {
  const [counts, status, removed] = await Promise.all([
    countsOf(pipeline),
    statusOf(pipeline),
    removedCounts(engine.state),
  ]);
  const trouble = status.trouble ?? counts.trouble;
  const topic = (name: string) => queues.find((queue) => queue.topic === name);
  const pending = (name: string, group: string) => pendingOf(topic(name), group);
  return {
    accepted: topic(topics.raw)?.published ?? 0,
    loaded: counts.loaded - counts.repaired,
    repaired: counts.repaired,
    duplicate: counts.duplicate,
    changed_duplicates: counts.changed ?? 0,
    dead_letters: deadLetters.count('open') + deadLetters.count('replaying'),
    discarded: deadLetters.count('discarded') + removed.discarded + removed.erased,
    erased: removed.erased,
    pending:
      pending(topics.raw, groups.pipeline) +
      pending(topics.replay, groups.pipeline) +
      pending(topics.late, groups.pipeline) +
      pending(topics.slow, groups.pipeline) +
      pending(topics.fixed, groups.loader) +
      queues.reduce(
        (sum, { topic: name, groups: [reader] }) =>
          sum + (parkedTable(name) === undefined ? 0 : (reader?.pending ?? 0)),
        0,
      ) +
      pending(topics.unrecoverable, groups.deadLetters),
    healing: pending(topics.failed, groups.healer),
    ...(counts.asOf === undefined
      ? undefined
      : { counters_as_of: counts.asOf === null ? null : new Date(counts.asOf).toISOString() }),
    destination: {
      type: config.destination.type,
      state: trouble === undefined ? 'ok' : 'waiting',
      error: trouble?.error,
      since: trouble?.since,
      ...(status.tables?.length ? { tables: status.tables.map(waitingTable) } : undefined),
    },
  };
}

export const waitingTable = ({ table, error, since }: WaitingTable) => ({ table, error, since });

type NewCounts = Omit<KnownCounts, 'asOf'> & { asOf?: number | null };

/** Zeros, as of never, while the destination has been away since the start. */
async function countsOf(pipeline: Pipeline): Promise<NewCounts> {
  try {
    return await pipeline.counts();
  } catch (error) {
    if (!(error instanceof SentinelError) || error.code !== 'destination_unavailable') throw error;
    const trouble = { error: error.message, code: error.code, since: new Date().toISOString() };
    return { loaded: 0, repaired: 0, duplicate: 0, asOf: null, trouble };
  }
}

/** Nothing is known of it where no worker answers. */
const statusOf = (pipeline: Pipeline) =>
  pipeline.status().catch((error: unknown): Awaited<ReturnType<Pipeline['status']>> => {
    if (error instanceof SentinelError && error.code === 'no_worker') return {};
    throw error;
  });

/** Why the main destination takes no rows; the pipeline's word, as far as it gives one. */
export const troubleOf = async (pipeline: Pipeline): Promise<Trouble | undefined> =>
  (await pipeline.status().catch(() => undefined))?.trouble;

/** How the further destinations are; none where there are none, or no worker that could say. */
export async function furtherDestinations({
  config,
  pipeline,
}: Pick<ServerContext, 'config' | 'pipeline'>): Promise<CopyStatus[]> {
  if (config.destinations.length === 0) return [];
  return pipeline.destinations().catch((error: unknown) => {
    if (error instanceof SentinelError && error.code === 'no_worker') return [];
    throw error;
  });
}

const staleMs = 60_000;

/** Events per second between two looks at the counters. */
export function createRates(now: () => number = Date.now): (stats: Stats) => Record<string, number> {
  let before: { at: number; stats: Stats } | undefined;
  let rates: Record<string, number> = {};
  return (stats) => {
    const at = now();
    // Nobody has looked for long: an average would say nothing of now.
    if (before !== undefined && at - before.at > staleMs) [before, rates] = [undefined, {}];
    if (before !== undefined && at - before.at >= 500) {
      const seconds = (at - before.at) / 1000;
      // Counters fall when a rule is rolled back; nothing was loaded at a negative rate then.
      const perSecond = (key: 'accepted' | 'loaded' | 'repaired' | 'duplicate') =>
        Math.round((Math.max(0, stats[key] - before!.stats[key]) / seconds) * 10) / 10;
      rates = {
        accepted_per_second: perSecond('accepted'),
        loaded_per_second: perSecond('loaded'),
        repaired_per_second: perSecond('repaired'),
        duplicate_per_second: perSecond('duplicate'),
      };
      before = { at, stats };
    }
    before ??= { at, stats };
    return rates;
  };
}
