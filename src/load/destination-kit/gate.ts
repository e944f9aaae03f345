interface Limits {
  running: number;
  waiting: number;
  /** How long one waits for its turn; for ever by default. */
  patienceMs?: number;
}

/** Lets so many pieces of work run at once and so many others wait; `refuse` makes the error for the rest. */
export function gate(
  { running: maxRunning, waiting: maxWaiting, patienceMs }: Limits,
  refuse: () => Error,
): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting = new Set<() => void>();

  function turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        clearTimeout(timer);
        resolve();
      };
      const giveUp = () => {
        waiting.delete(begin);
        reject(refuse());
      };
      const timer = patienceMs === undefined ? undefined : setTimeout(giveUp, patienceMs);
      waiting.add(begin);
    });
  }

  return async (work) => {
    if (running < maxRunning) running++;
    else if (waiting.size >= maxWaiting) throw refuse();
    else await turn();
    try {
      return await work();
    } finally {
      const [next] = waiting;
      if (next === undefined) running--;
      else {
        waiting.delete(next);
        next();
      }
    }
  };
}
