import type { EngineState, StateStore } from '../engine/engine.ts';
import { type DeadLetter, isFollowUp } from '../model/dead-letter.ts';
import type { Json } from '../model/json.ts';
import { createChanges } from './changes.ts';
import { deadLetterGroup } from './index-key.ts';

/** Why a letter is deleted: it was discarded and has aged out, or a person is erased. */
export type Removal = 'discarded' | 'erased';

/** Of deleted letters: how many events had ended as them, by why they were deleted. */
export type RemovedCounts = Record<Removal, number>;

interface Removed extends RemovedCounts {
  /** The letters in hand. Whoever finds them after a crash finishes the work, so each is counted once. */
  removing?: { ids: string[]; as: Removal };
}

export const removedKey = `${deadLetterGroup}/removed`;
const none: Removed = { discarded: 0, erased: 0 };

export const removedCounts = async (state: StateStore): Promise<RemovedCounts> =>
  ((await state.get(removedKey)) as unknown as Removed | undefined) ?? none;

/**
 * Deletes letters for good and counts those whose events had ended as them, so that the counters of `/stats` still add up. One
 * that has another end by now stays.
 */
export async function removeCounted(state: EngineState, ids: readonly string[], as: Removal): Promise<void> {
  const { get } = createChanges(state);
  for (;;) {
    const known = await finishRemoval(state);
    const letters = await Promise.all(ids.map(get));
    const there = letters.filter((letter) => letter !== undefined).map(({ id }) => id);
    if (there.length === 0) return;
    // Refused when another process has deleted letters since: they may be the same.
    if (await write(state, known, { ...none, ...known, removing: { ids: there, as } })) break;
  }
  await finishRemoval(state);
}

/** Finishes what another process, or one that has died, has begun; what is known then. */
export async function finishRemoval(state: EngineState): Promise<Removed | undefined> {
  for (;;) {
    const known = (await state.get(removedKey)) as unknown as Removed | undefined;
    if (known?.removing === undefined) return known;
    const { removing, ...counts } = known;
    const gone = await Promise.all(removing.ids.map((id) => isRemoved(state, id, removing.as)));
    const next = { ...counts, [removing.as]: counts[removing.as] + gone.filter(Boolean).length };
    if (await write(state, known, next)) return next;
  }
}

/** Whether its event ended as this letter, which is neither a row now nor a letter about a step or a further destination. */
export const isCounted = (letter: DeadLetter, as: Removal): boolean =>
  !isFollowUp(letter) && (as === 'discarded' ? letter.status === 'discarded' : letter.status !== 'replayed');

async function isRemoved(state: EngineState, id: string, as: Removal): Promise<boolean> {
  const { get, remove } = createChanges(state);
  for (let letter = await get(id); letter !== undefined; letter = await get(id)) {
    if (!isCounted(letter, as)) return false;
    await remove(letter);
  }
  return true;
}

const write = (state: EngineState, from: Removed | undefined, to: Removed): Promise<boolean> =>
  state.replace(removedKey, from as unknown as Json | undefined, to as unknown as Json);
