import type { EngineState, StateEntry } from '../engine/engine.ts';
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

/** Letters in the state: each under its id, with an index entry, changed only as long as nobody else has changed it. */
export function createChanges(state: EngineState): Changes {
  const get = (id: string) => state.get(byIdPrefix + id) as Promise<DeadLetter | undefined>;

  const replace = (id: string, ...[from, to]: [MaybeLetter, MaybeLetter]) =>
    state.replaceIndexed(byIdPrefix + id, from as unknown as Json, to as unknown as Json, entryOf);

  return {
    get,
    remove: (letter) => replace(letter.id, letter, undefined),
    isBefore03: async (letter) => typeof (await state.get(indexKey(letter))) === 'number',
    async change(id, next) {
      for (;;) {
        const known = await get(id);
        const letter = await next(known);
        if (letter === undefined) return undefined;
        if (await replace(id, known, letter)) return letter;
      }
    },
  };
}

const entryOf = (value: Json): StateEntry => {
  const letter = value as unknown as DeadLetter;
  return { key: indexKey(letter), value: indexValue(letter) };
};

/** Changes many letters, a bounded number at a time. */
export async function changeAll<T, R>(all: readonly T[], change: (one: T) => Promise<R>): Promise<R[]> {
  const changed: R[] = [];
  for (let from = 0; from < all.length; from += changedAtOnce)
    changed.push(...(await Promise.all(all.slice(from, from + changedAtOnce).map(change))));
  return changed;
}
