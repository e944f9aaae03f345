import { type Group, type LetterPlace, type NewestFilter, newestFirst } from './group-order.ts';
import { idHashWords } from './id-values.ts';

/** The newest letters of these groups that match, newest first, at most `limit`. */
export function newestOf(
  groups: readonly Pick<Group, 'tally'>[],
  filter: Omit<NewestFilter, 'statuses'>,
  limit: number,
): LetterPlace[] {
  const { from = -Infinity, to = Infinity, before, idHash, code } = filter;
  const word = idHash === undefined ? undefined : idHashWords(idHash)[0]!;
  const found: LetterPlace[] = [];
  const mostGathered = 2 * limit + 1000;
  let least = from;
  const most = Math.min(to, before?.receivedAt ?? to);
  for (const { letters } of groups.map(({ tally }) => tally)) {
    // The last ones to come are the newest, mostly: what is older than they are need not be gathered.
    for (let slot = letters.size - 1; slot >= 0; slot--) {
      const receivedAt = letters.receivedAt(slot);
      if (receivedAt < least || receivedAt > most) continue;
      if (word !== undefined && !letters.mayHoldId(slot, word)) continue;
      if (code !== undefined && !letters.mayHaveCode(slot, code)) continue;
      const place = { id: letters.id(slot), receivedAt };
      if (before !== undefined && newestFirst(before, place) >= 0) continue;
      found.push(place);
      if (found.length < mostGathered) continue;
      // Letters beyond the limit are dropped as the list grows, so that a hundred thousand do not pile up, or are sorted at once.
      found.sort(newestFirst).splice(limit);
      least = found.at(-1)!.receivedAt;
    }
  }
  return found.sort(newestFirst).slice(0, limit);
}
