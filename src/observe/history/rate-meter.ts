/** Turns counters into events per second, from one look at them to the next. */
export interface RateMeter {
  /** Undefined while there is nothing to compare with. */
  perSecond(name: string, count: number): number | undefined;
}

interface Window {
  /** The look that the rate is taken from. */
  from: Look;
  latest: Look;
}

interface Look {
  at: number;
  count: number;
}

/** Several may look at the same counters at once: a look is compared with one that is at least so old. */
const leastMs = 2000;
/** Nobody has looked for so long that an average would say nothing of now. */
const staleMs = 60_000;
const maxNames = 5000;

export function createRateMeter(now: () => number = Date.now): RateMeter {
  const windows = new Map<string, Window>();
  return {
    perSecond(name, count) {
      const look = { at: now(), count };
      const window = windows.get(name);
      if (window === undefined || look.at - window.latest.at > staleMs) {
        if (windows.size >= maxNames) windows.clear();
        windows.set(name, { from: look, latest: look });
        return undefined;
      }
      const { from } = window;
      if (look.at - window.latest.at >= leastMs) windows.set(name, { from: window.latest, latest: look });
      const seconds = (look.at - from.at) / 1000;
      if (seconds <= 0) return undefined;
      return Math.round((Math.max(0, look.count - from.count) / seconds) * 10) / 10;
    },
  };
}
