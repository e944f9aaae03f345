import type { EngineState } from '../engine/engine.ts';
import type { DeadLetter, DeadLetterStatus } from '../model/dead-letter.ts';
import { createChanges } from './changes.ts';
import { type IndexValue, idOf, indexKey, indexPrefix, prefixOf, receivedAtOf } from './index-key.ts';
import { finishRemoval, isCounted, removeCounted } from './removal.ts';

const settled: readonly DeadLetterStatus[] = ['replayed', 'discarded'];
const scanPage = 500;

/**
 * Deletes letters that were settled before `before` (milliseconds since 1970), a page at a time; yields how many each page has
 * taken. One that is opened again meanwhile stays.
 */
export async function* ageOutLetters(state: EngineState, before: number): AsyncGenerator<number> {
  const { get, remove } = createChanges(state);
  await finishRemoval(state);

  /** The letter of an index entry, if its time is up. */
  async function agedOut(key: string): Promise<DeadLetter | undefined> {
    const letter = await get(idOf(key));
    // A process died between the letter and its entry.
    if (letter === undefined) await state.delete(key);
    else if (indexKey(letter) === key && Date.parse(letter.updated_at) < before) return letter;
    return undefined;
  }

  async function takeOut(keys: readonly string[]): Promise<number> {
    const old = (await Promise.all(keys.map(agedOut))).filter((letter) => letter !== undefined);
    const counted = old.filter((letter) => isCounted(letter, 'discarded'));
    await removeCounted(
      state,
      counted.map(({ id }) => id),
      'discarded',
    );
    const others = old.filter((letter) => !counted.includes(letter));
    const removed = await Promise.all(others.map(remove));
    return counted.length + removed.filter(Boolean).length;
  }

  for (const status of settled) {
    const prefix = indexPrefix + prefixOf({ status });
    for (let after: string | undefined; ;) {
      const page = await state.list(prefix, { limit: scanPage, after });
      // What was received later was settled later.
      const old = page.filter(({ value }) => receivedAtOf(value as unknown as IndexValue) < before);
      yield await takeOut(old.map(({ key }) => key));
      if (page.length < scanPage) break;
      after = page.at(-1)!.key;
    }
  }
}
