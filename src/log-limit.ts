import type { Logger } from './log.ts';

export interface LimitedLog {
  /** Writes the line, or counts it when its kind has had its share of this second. */
  write(level: 'info' | 'warn' | 'error', kind: string, fields: object, message: string): void;
}

/**
 * A log that a flood of failed events can't fill: at most `perSecond` lines of a kind, and then one that says how many
 * were left out. Every event can still be looked up by its request id.
 */
export function limitLog(log: Logger, perSecond = 20, now: () => number = Date.now): LimitedLog {
  const kinds = new Map<string, { second: number; lines: number }>();

  return {
    write(level, kind, fields, message) {
      const second = Math.floor(now() / 1000);
      let window = kinds.get(kind);
      if (window?.second !== second) {
        const leftOut = (window?.lines ?? 0) - perSecond;
        if (leftOut > 0)
          log.warn({ kind, left_out: leftOut }, `${leftOut} more lines like this were left out`);
        if (kinds.size >= maxKinds) kinds.clear();
        kinds.set(kind, (window = { second, lines: 0 }));
      }
      window.lines++;
      if (window.lines <= perSecond) log[level](fields, message);
    },
  };
}

const maxKinds = 1000;
