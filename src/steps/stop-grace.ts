import { SentinelError } from '../model/errors.ts';

/** What a handler has to end in after its signal; orchestrators wait for a process about three times as long. */
export const stopGraceMs = 10_000;

/** Waits for a handler, but not for one that goes on for so long after its signal: rejects with `pipeline_stopped` then. */
export async function withinGrace(
  work: Promise<unknown>,
  signal: AbortSignal,
  graceMs = stopGraceMs,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const stopping = new AbortController();
  const tooLong = new Promise<never>((_, reject) => {
    const begin = (): void => {
      timer = setTimeout(
        () => reject(new SentinelError('pipeline_stopped', 'the step did not end')),
        graceMs,
      );
    };
    if (signal.aborted) begin();
    else signal.addEventListener('abort', begin, { once: true, signal: stopping.signal });
  });
  try {
    await Promise.race([work, tooLong]);
  } finally {
    stopping.abort();
    clearTimeout(timer);
  }
}
