import { type Beat, countOf } from '../../support/beat.ts';
import type { StepContext } from '../step.ts';

const lookEveryMs = 250;
const sayEveryMs = 60_000;

/** `stalled` is called when the thread has not turned for so long; one turns even when it has nothing to do. */
export function watchBeat(beat: Beat, limit: () => number, stalled: () => void): NodeJS.Timeout {
  let last = { count: 0, allowed: 0, at: Date.now() };
  return setInterval(() => {
    const count = countOf(beat);
    const allowed = limit();
    if (count !== last.count || allowed !== last.allowed) last = { count, allowed, at: Date.now() };
    else if (Date.now() - last.at > allowed) stalled();
  }, lookEveryMs).unref();
}

/** A handler may wait for what never comes, while its thread turns. */
export function watchRun(
  { loaded, end }: { loaded: Promise<unknown>; end: (why: string) => void },
  { step, requestId, logger }: StepContext,
  timeoutMs: number,
): NodeJS.Timeout {
  let from = Infinity;
  loaded.then(
    () => (from = Date.now()),
    () => undefined,
  );
  return setInterval(
    () => {
      const tookMs = Date.now() - from;
      if (tookMs >= timeoutMs) end(`did not return within ${timeoutMs / 1000} s`);
      else if (tookMs >= sayEveryMs)
        logger.warn(
          { code: 'step_slow', step, request_id: requestId },
          `step ${step} has had its message for ${Math.round(tookMs / 1000)} s`,
        );
    },
    Math.min(sayEveryMs, timeoutMs),
  ).unref();
}
