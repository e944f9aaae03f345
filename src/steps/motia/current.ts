import { AsyncLocalStorage } from 'node:async_hooks';
import type { SharedState } from './shared-state.ts';

export interface CurrentRun {
  enqueue: (message: unknown) => Promise<void>;
  logger: object;
  sharedState: SharedState;
}

export const currentRun = new AsyncLocalStorage<CurrentRun>();

/** What Motia's functions without a context act on. */
export function currentContext(): CurrentRun {
  const run = currentRun.getStore();
  if (!run) throw new TypeError('enqueue, logger and stateManager of motia are there while a handler runs');
  return run;
}
