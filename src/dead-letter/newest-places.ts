import { type Group, type LetterPlace, type NewestFilter, newestFirst } from './group-order.ts';
import { idHashWords } from './id-values.ts';
import type { LetterColumns } from './letter-columns.ts';

/** Its id is made last: most are dropped. */
interface Candidate {
  receivedAt: number;
  letters: LetterColumns;
  slot: number;
}

/** The newest letters of these groups that match, newest first, at most `limit`. */
export function newestOf(
  groups: readonly Pick<Group, 'tally'>[],
  filter: Omit<NewestFilter, 'statuses'>,
  limit: number,
): LetterPlace[] {
  const matches = matcher(filter);
  const found: Candidate[] = [];
  const mostGathered = 2 * limit + 1000;
  let least: Candidate | undefined;
  const { from = -Infinity, to = Infinity, before } = filter;
  const most = Math.min(to, before?.receivedAt ?? to);
  for (const { tally } of groups) {
    const { letters } = tally;
    // The last ones to come are the newest, mostly: what is older than they are need not be gathered.
    for (let slot = letters.size - 1; slot >= 0; slot--) {
      const receivedAt = letters.receivedAt(slot);
      if (receivedAt < from || receivedAt > most) continue;
      if (least !== undefined && isBehind(receivedAt, letters, slot, least)) continue;
      if (!matches(letters, slot, receivedAt)) continue;
      found.push({ receivedAt, letters, slot });
      if (found.length < mostGathered) continue;
      // Letters beyond the limit are dropped as the list grows, so that a hundred thousand do not pile up, or are sorted at once.
      found.sort(inOrder).splice(limit);
      least = found.at(-1)!;
    }
  }
  return found
    .sort(inOrder)
    .slice(0, limit)
    .map(({ receivedAt, letters, slot }) => ({ id: letters.id(slot), receivedAt }));
}

/** As `newestFirst`. */
const inOrder = (a: Candidate, b: Candidate): number =>
  b.receivedAt - a.receivedAt || b.letters.compareIds(b.slot, a.letters, a.slot);

const isBehind = (receivedAt: number, letters: LetterColumns, slot: number, least: Candidate): boolean =>
  receivedAt < least.receivedAt ||
  (receivedAt === least.receivedAt && letters.compareIds(slot, least.letters, least.slot) < 0);

/** All that is to match beside the time. */
function matcher({ before, idHash, code }: Omit<NewestFilter, 'statuses'>) {
  const word = idHash === undefined ? undefined : idHashWords(idHash)[0]!;
  return (letters: LetterColumns, slot: number, receivedAt: number): boolean =>
    (word === undefined || letters.mayHoldId(slot, word)) &&
    (code === undefined || letters.mayHaveCode(slot, code)) &&
    (receivedAt !== before?.receivedAt || newestFirst(before, { id: letters.id(slot), receivedAt }) < 0);
}
