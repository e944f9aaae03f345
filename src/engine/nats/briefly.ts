import { setTimeout as sleep } from 'node:timers/promises';

/** Long enough for a server that answers; one that does not must not keep a process from ending. */
const brieflyMs = 2000;

/** Resolves when the work has ended, well or not, or when it takes too long. For farewells only. */
export async function briefly(work: Promise<unknown>): Promise<void> {
  const waiting = new AbortController();
  await Promise.race([
    work.catch(() => undefined),
    sleep(brieflyMs, undefined, { signal: waiting.signal }).catch(() => undefined),
  ]);
  waiting.abort();
}
