import { isDeepStrictEqual } from 'node:util';
import type { StateStore } from '../engine/engine.ts';
import type { DeadLetter } from '../model/dead-letter.ts';
import type { Json } from '../model/json.ts';
import { deadLetterGroup, indexKey, indexValue } from './index-key.ts';

const byIdPrefix = `${deadLetterGroup}/by-id/`;

/** Their writes share a commit. */
const changedAtOnce = 500;

type MaybeLetter = DeadLetter | undefined;
export type Next = (known: MaybeLetter) => MaybeLetter | Promise<MaybeLetter>;

export interface Changes {
  get(id: string): Promise<DeadLetter | undefined>;
  /**
   * Writes what `next` makes of a letter, whichever process changes it meanwhile; undefined when `next` leaves it as it is.
   * `next` may be called several times.
   */
  change(id: string, next: Next): Promise<DeadLetter | undefined>;
  /** Deletes a letter, unless it has changed since it was read; false then. */
  remove(letter: DeadLetter): Promise<boolean>;
  /** Whether a version before 0.3 has written the letter as it is; the destination has no entries of its replays. */
  isBefore03(letter: DeadLetter): Promise<boolean>;
}

/** Letters in the state: each under its id, and an index entry, changed only as long as nobody else has changed them. */
export function createChanges(state: StateStore): Changes {
  const get = (id: string) => state.get(byIdPrefix + id) as Promise<DeadLetter | undefined>;

  /**
   * False when another has changed the letter since it was read. A process that dies in between leaves an index entry too
   * many, which listings pass over, and not a letter that no listing finds.
   */
  async function replace(known: DeadLetter | undefined, letter: DeadLetter): Promise<boolean> {
    const key = indexKey(letter);
    const before = known === undefined || indexKey(known) === key ? undefined : indexKey(known);
    const entry = before === undefined ? undefined : await state.get(before);
    await state.put(key, indexValue(letter));
    const [from, to] = [known, letter] as unknown as [Json | undefined, Json];
    const isMine = await state.replace(byIdPrefix + letter.id, from, to);
    // Only as it was then: the letter may have its old status again by now. It has changed, even if this fails.
    if (isMine && entry !== undefined) await state.replace(before!, entry, undefined).catch(() => false);
    if (!isMine) await forgetEntry(key, letter);
    return isMine;
  }

  /** Of a change that was not made, unless another has made the same. */
  async function forgetEntry(key: string, letter: DeadLetter): Promise<void> {
    const current = await get(letter.id);
    const value = indexValue(letter);
    const isTrue =
      current !== undefined && indexKey(current) === key && isDeepStrictEqual(indexValue(current), value);
    if (!isTrue) await state.replace(key, value, undefined);
  }

  return {
    get,
    async remove(letter) {
      const isGone = await state.replace(byIdPrefix + letter.id, letter as unknown as Json, undefined);
      if (isGone) await state.delete(indexKey(letter));
      return isGone;
    },
    // The index entry of a state of a letter is written before the state.
    isBefore03: async (letter) => typeof (await state.get(indexKey(letter))) === 'number',
    async change(id, next) {
      for (;;) {
        const known = await get(id);
        const letter = await next(known);
        if (letter === undefined || (await replace(known, letter))) return letter;
      }
    },
  };
}

/** Changes many letters, a bounded number at a time. */
export async function changeAll<T, R>(all: readonly T[], change: (one: T) => Promise<R>): Promise<R[]> {
  const changed: R[] = [];
  for (let from = 0; from < all.length; from += changedAtOnce)
    changed.push(...(await Promise.all(all.slice(from, from + changedAtOnce).map(change))));
  return changed;
}
