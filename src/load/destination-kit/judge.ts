import type { EntryKind, LetterEntry, LetterOutcome, Row, Settled } from '../destination.ts';

/** How an event ended that is no row: its newest entry. */
export interface Entry {
  round: number;
  kind: EntryKind;
}

/** What stands of some events, by request id in lower case. */
export interface Recorded {
  entries: ReadonlyMap<string, Entry>;
  rows: { has(id: string): boolean };
}

/** The outcome of a row whose event stands as a row already, or has an entry of the same round or a later one. */
export function endedBefore(
  { requestId, round = 0 }: Row,
  { entries, rows }: Recorded,
): Settled['rows'][number] | undefined {
  const id = requestId.toLowerCase();
  if (rows.has(id)) return { status: 'loaded' };
  const entry = entries.get(id);
  if (entry === undefined || entry.round < round) return undefined;
  return entry.kind === 'duplicate' && entry.round === round
    ? { status: 'duplicate' }
    : { status: 'already', as: entry.kind };
}

/** Which letters get their entry (`fresh`), and which events ended otherwise. */
export function judgeLetters(
  letters: readonly LetterEntry[],
  { entries, rows }: Recorded,
): { outcomes: LetterOutcome[]; fresh: Map<string, Entry> } {
  const fresh = new Map<string, Entry>();
  const outcomes = letters.map(({ requestId, round }): LetterOutcome => {
    const id = requestId.toLowerCase();
    if (rows.has(id)) return { status: 'already', as: 'row' };
    const entry = fresh.get(id) ?? entries.get(id);
    if (entry !== undefined && entry.round >= round)
      return entry.round === round && entry.kind === 'letter'
        ? { status: 'written' }
        : { status: 'already', as: entry.kind };
    fresh.set(id, { round, kind: 'letter' });
    return { status: 'written' };
  });
  return { outcomes, fresh };
}
