import type { Logger } from './log.ts';

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface LimitedLog {
  /** Writes the line, or counts it when its kind has had its share of this second. `to`: default the log that is limited. */
  write(level: Level, kind: string, fields: object, message: string | undefined, to?: Logger): void;
}

/**
 * A log that a flood of failed events can't fill: at most `perSecond` lines of a kind, and then one that says how many
 * were left out. Every event can still be looked up by its request id.
 */
export function limitLog(log: Logger, perSecond = 20, now: () => number = Date.now): LimitedLog {
  const kinds = new Map<string, Window>();

  function sayLeftOut(kind: string, window: Window): void {
    clearTimeout(window.timer);
    const leftOut = window.lines - perSecond;
    if (leftOut > 0) log.warn({ kind, left_out: leftOut }, `${leftOut} more lines like this were left out`);
    window.lines = 0;
  }

  return {
    write(level, kind, fields, message, to = log) {
      const second = Math.floor(now() / 1000);
      let window = kinds.get(kind);
      if (window?.second !== second) {
        if (window !== undefined) sayLeftOut(kind, window);
        if (kinds.size >= maxKinds) kinds.clear();
        kinds.set(kind, (window = { second, lines: 0, timer: undefined }));
      }
      const current = window;
      current.lines++;
      if (current.lines <= perSecond) to[level](fields, message);
      // A flood that is over must not wait for the next one to be told of.
      else current.timer ??= setTimeout(() => sayLeftOut(kind, current), 1000).unref();
    },
  };
}

interface Window {
  second: number;
  lines: number;
  timer: NodeJS.Timeout | undefined;
}

const maxKinds = 1000;
