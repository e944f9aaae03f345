import type { EngineState } from '../engine/engine.ts';
import type { DeadLetterStatus } from '../model/dead-letter.ts';
import { createChanges } from './changes.ts';
import { type IndexValue, idOf, indexKey, indexPrefix, prefixOf, receivedAtOf } from './index-key.ts';

const settled: readonly DeadLetterStatus[] = ['replayed', 'discarded'];
const scanPage = 500;

/**
 * Deletes letters that were settled before `before` (milliseconds since 1970), a page at a time; yields how many each page has
 * taken. One that is opened again meanwhile stays.
 */
export async function* ageOutLetters(state: EngineState, before: number): AsyncGenerator<number> {
  const { get, remove } = createChanges(state);

  async function takeOut(key: string): Promise<boolean> {
    const id = idOf(key);
    const letter = await get(id);
    if (letter === undefined) {
      // A process died between the letter and its entry.
      await state.delete(key);
      return false;
    }
    if (indexKey(letter) !== key || Date.parse(letter.updated_at) >= before) return false;
    return remove(letter);
  }

  for (const status of settled) {
    const prefix = indexPrefix + prefixOf({ status });
    for (let after: string | undefined; ;) {
      const page = await state.list(prefix, { limit: scanPage, after });
      // What was received later was settled later.
      const old = page.filter(({ value }) => receivedAtOf(value as unknown as IndexValue) < before);
      const gone = await Promise.all(old.map(({ key }) => takeOut(key)));
      yield gone.filter(Boolean).length;
      if (page.length < scanPage) break;
      after = page.at(-1)!.key;
    }
  }
}
