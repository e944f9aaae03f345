/**
 * Does the work, and rejects when it takes longer, or when `outer` is aborted: at once, whether the work has noticed or not.
 * `fetch` holds on to what would tell it only weakly once it has the headers: a body that never ends can lose its signal to
 * the garbage collector, as can one of `AbortSignal.any` or `AbortSignal.timeout`, and would be waited for without end.
 */
export async function withinTime<T>(
  ms: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted();
  const controller = new AbortController();
  let end: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    const stop = (reason: unknown): void => {
      controller.abort(reason);
      reject(reason instanceof Error ? reason : new Error('aborted', { cause: reason }));
    };
    const timer = setTimeout(() => stop(new Error(`no end within ${ms} ms`)), ms);
    const onAbort = (): void => stop(outer.reason);
    outer.addEventListener('abort', onAbort);
    end = () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', onAbort);
    };
  });
  try {
    return await Promise.race([work(controller.signal), ended]);
  } finally {
    end?.();
  }
}
