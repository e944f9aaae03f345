import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until the condition holds, the more seldom the longer it takes; fails after `ms`. */
export async function until(condition: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  const start = performance.now();
  while (!(await condition())) {
    const waited = performance.now() - start;
    if (waited > ms) throw new Error(`not within ${ms} ms: ${condition.toString()}`);
    // Most ask a service, whose processor a test must not take.
    await sleep(Math.min(100, 5 + waited / 10));
  }
}
