import type { StateStore, StateWrite } from '../engine/engine.ts';
import { type Result, fail } from '../result.ts';

const claimPrefix = 'settling/';
/** A process that dies with a claim holds its letter up for so long. */
const claimMs = 60_000;

/**
 * Settles a letter while nobody else does, in whichever process: between a look at its status and the write that
 * follows from it nobody else may look. Refused when another has the claim. `work` gives it up by `release`, in the
 * write that settles the letter; what it leaves is given up for it.
 */
export async function claimed<T>(
  state: Pick<StateStore, 'putIfAbsent' | 'delete'>,
  id: string,
  work: (release: StateWrite) => Promise<Result<T>>,
): Promise<Result<T>> {
  const claim = claimPrefix + id;
  if (!(await state.putIfAbsent(claim, true, { ttlMs: claimMs })))
    return fail(`dead letter ${id} is being settled by another request; look at it again in a moment`);
  let isSettled = false;
  try {
    const result = await work({ delete: claim });
    isSettled = result.ok;
    return result;
  } finally {
    // Why it can't be given up is no news to who hears of a refusal or an error already, and it ends by itself.
    if (!isSettled) await state.delete(claim).catch(() => undefined);
  }
}
