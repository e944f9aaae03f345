/**
 * Runs batches through two kinds of work that overlap between batches and within none, and never let one batch overtake
 * another: `first` for one at a time, in the order of the calls; `then` as soon as a batch has been through `first`, for
 * several at a time; the call resolves when the batch, and every one before it, is through both. Once one has failed, all
 * that follow fail in the same way: something behind a batch that is not done must not count as done.
 */
export function createInOrder(): <T>(
  first: () => Promise<T>,
  then: (result: T) => Promise<void>,
) => Promise<T> {
  let lastFirst: Promise<unknown> = Promise.resolve();
  let lastDone: Promise<unknown> = Promise.resolve();

  return async (first, then) => {
    const before = lastDone;
    const mine = lastFirst.then(first);
    lastFirst = mine;
    const done = (async () => {
      const result = await mine;
      await Promise.all([then(result), before]);
      return result;
    })();
    lastDone = done;
    return done;
  };
}
