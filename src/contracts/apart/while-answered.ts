const lookEveryMs = 20;
/** Looks without an answer after which nobody waits any more: a contract takes some microseconds. */
const mostSilentLooks = 3;

/**
 * Waits for work, as long as `count` grows, and for `mostMs`. Time in which this thread stands still does not count: the machine
 * is busy then.
 */
export function whileAnswered(work: Promise<unknown>, count: () => number, mostMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let [before, silent, looks] = [count(), 0, 0];
    const timer = setInterval(() => {
      silent = count() === before ? silent + 1 : 0;
      before = count();
      if (silent < mostSilentLooks && ++looks * lookEveryMs < mostMs) return;
      clearInterval(timer);
      resolve();
    }, lookEveryMs);
    work.finally(() => clearInterval(timer)).then(() => resolve(), reject);
  });
}
