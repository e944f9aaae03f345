import { SentinelError } from '../model/errors.ts';
import { pause } from '../support/retry.ts';
import type { Destination } from './destination.ts';

export interface WatchTiming {
  /** Milliseconds without a load after which the destination is asked whether it is there. */
  idleMs: number;
  /** A destination that does not answer for so many milliseconds is away. */
  answerMs: number;
}

const usual: WatchTiming = { idleMs: 5000, answerMs: 5000 };

type Ping = NonNullable<Destination['ping']>;

/** Asks the destination each time that nothing has been loaded for `idleMs`, until `signal`. `inTurn` waits until it answers. */
export async function watchWhileIdle(
  ping: Ping,
  {
    restingSince,
    inTurn,
    signal,
    timing: { idleMs, answerMs } = usual,
  }: {
    /** Milliseconds since 1970; undefined while something is loaded. */
    restingSince: () => number | undefined;
    inTurn: (work: Ping) => Promise<void>;
    signal: AbortSignal;
    timing?: WatchTiming;
  },
): Promise<void> {
  const ask = answersInTime(ping, answerMs);
  for (let waitMs = idleMs; await pause(waitMs, signal);) {
    const restedMs = Date.now() - (restingSince() ?? Date.now());
    // Its turn may come when it has been closed.
    if (restedMs >= idleMs) await inTurn(async () => (signal.aborted ? undefined : ask()));
    waitMs = restedMs >= idleMs ? idleMs : idleMs - restedMs;
  }
}

/** One question at a time, however long a destination takes to answer it. */
function answersInTime(ping: Ping, answerMs: number): Ping {
  let asking: Promise<void> | undefined;
  return async () => {
    asking ??= ping().finally(() => (asking = undefined));
    const late = new AbortController();
    const tooLate = pause(answerMs, late.signal).then((isLate) => {
      if (isLate)
        throw new SentinelError('destination_unavailable', `it does not answer within ${answerMs / 1000} s`);
    });
    await Promise.race([asking, tooLate]).finally(() => late.abort());
  };
}
