import type { Engine, StateStore, StateWrite } from '../engine/engine.ts';
import { type Result, fail } from '../model/result.ts';

/**
 * Settles a letter while nobody else does: between a look at its status and the write that follows from it nobody else
 * may look. Refused when another has the claim. `work` makes `release` part of the write that settles the letter; a
 * claim with which nothing was settled is given up for it.
 */
export type Claimed = <T>(
  id: string,
  work: (release: readonly StateWrite[]) => Promise<Result<T>>,
) => Promise<Result<T>>;

const claimPrefix = 'settling/';
/** A process that dies with a claim holds its letter up for so long. */
const claimMs = 60_000;

/** Where one process does everything, nobody else has to be told. */
export const createClaims = ({ cluster, state }: Pick<Engine, 'cluster' | 'state'>): Claimed =>
  cluster === undefined ? claimsInProcess() : claimsInState(state);

export function claimsInProcess(): Claimed {
  const taken = new Set<string>();
  return async (id, work) => {
    if (taken.has(id)) return refused(id);
    taken.add(id);
    try {
      return await work([]);
    } finally {
      taken.delete(id);
    }
  };
}

/** Among all who share the state. */
export function claimsInState(state: Pick<StateStore, 'putIfAbsent' | 'delete'>): Claimed {
  return async (id, work) => {
    const claim = claimPrefix + id;
    if (!(await state.putIfAbsent(claim, true, { ttlMs: claimMs }))) return refused(id);
    let isSettled = false;
    try {
      const result = await work([{ delete: claim }]);
      isSettled = result.ok;
      return result;
    } finally {
      // Why it can't be given up is no news to who hears of a refusal or an error already, and it ends by itself.
      if (!isSettled) await state.delete(claim).catch(() => undefined);
    }
  };
}

const refused = (id: string) =>
  fail(`dead letter ${id} is being settled by another request; look at it again in a moment`);
