import type { Logger } from '../support/log.ts';

/** Requests that were refused before anything of them was stored, by source and reason; since the process started. */
export interface Refusals {
  count(source: string | undefined, reason: string, address: string): void;
  /** By source, then by reason. */
  readonly bySource: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** The last ones by source, newest first. */
  readonly recent: ReadonlyMap<string, readonly Refused[]>;
}

export interface Refused {
  /** ISO 8601. */
  at: string;
  reason: string;
  address: string;
}

const minuteMs = 60_000;
/** Names come from requests: sources that the settings do not name are counted together. */
const unnamed = 'other';
const maxRecent = 20;

/** Counts refusals, and says once a minute of each source that there were some: never with a secret or the body. */
export function createRefusals(
  isKnown: (source: string | undefined) => boolean,
  log: Logger,
  now: () => number = Date.now,
): Refusals {
  const bySource = new Map<string, Map<string, number>>();
  const recent = new Map<string, Refused[]>();
  const logged = new Map<string, { at: number; since: number }>();

  return {
    bySource,
    recent,
    count(source, reason, address) {
      const name = isKnown(source) ? source! : unnamed;
      const reasons = bySource.get(name) ?? new Map<string, number>();
      bySource.set(name, reasons.set(reason, (reasons.get(reason) ?? 0) + 1));
      const refused = { at: new Date(now()).toISOString(), reason, address };
      recent.set(name, [refused, ...(recent.get(name) ?? []).slice(0, maxRecent - 1)]);
      const last = logged.get(name);
      if (last !== undefined && now() - last.at < minuteMs) {
        last.since++;
        return;
      }
      logged.set(name, { at: now(), since: 0 });
      log.warn(
        { status: 'failed', code: 'request_refused', source: name, reason, address, left_out: last?.since },
        'a request was refused, and nothing of it stored; more of this source are counted in /metrics',
      );
    },
  };
}
