import { indexEntries } from '../dead-letter/index-entries.ts';
import { idOf, readIndexKey, roundsOf } from '../dead-letter/index-key.ts';
import type { StateStore } from '../engine/engine.ts';
import { type LetterTable, letterVersion } from '../load/letter-table.ts';
import { HashSet } from '../support/hash-set.ts';

/** Some destinations look through the whole table for each page. */
const pageLength = 20_000;

/** The ids of letters whose row in the table is another one, or lacks; some twice. No text of each is held in memory. */
export async function* differing(
  state: StateStore,
  table: Pick<LetterTable, 'known'>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const letters = new HashSet();
  for await (const { id, version } of versions(state, signal)) letters.add(`${id} ${version}`);
  const rows = new HashSet();
  let after = '';
  for (let isLast = false; !isLast && !signal.aborted;) {
    const page = await table.known({ after, limit: pageLength });
    for (const { id, version } of page) {
      const text = `${id} ${version}`;
      if (letters.has(text)) rows.add(text);
      else yield id;
    }
    isLast = page.length < pageLength;
    after = page.at(-1)?.id ?? after;
  }
  // Most are there, so the second look is rare.
  if (rows.size < letters.size)
    for await (const { id, version } of versions(state, signal)) if (!rows.has(`${id} ${version}`)) yield id;
}

async function* versions(state: StateStore, signal: AbortSignal) {
  for await (const { key, value } of indexEntries(state)) {
    if (signal.aborted) return;
    const { replays, copied } = roundsOf(value);
    const { id, status } = { id: idOf(key), status: readIndexKey(key).status };
    yield { id, version: letterVersion({ status, replays, copy_round: copied }) };
  }
}
