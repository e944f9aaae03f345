import type { DuckDBConnection } from '@duckdb/node-api';
import type { LetterEntry, LetterOutcome } from '../../destination.ts';
import { type Entry, entryAgainst, findEnds, noEnds } from './ends.ts';
import { type KnownEvents, mayHaveEnded, rememberEnd } from './known-events.ts';

const written: LetterOutcome = { status: 'written' };

/** Writes the entries of letters within the transaction that is open, where nothing else stands. */
export async function writeLetters(
  connection: DuckDBConnection,
  events: KnownEvents,
  letters: readonly LetterEntry[],
): Promise<LetterOutcome[]> {
  const ids = letters.map(({ requestId }) => requestId.toLowerCase());
  const asked = ids.filter((id) => mayHaveEnded(events, id));
  const ends = asked.length === 0 ? noEnds : await findEnds(connection, asked);
  /** Within this batch. */
  const mine = new Map<string, Entry>();
  const fresh: string[] = [];
  const rounds: number[] = [];
  const outcomes = letters.map(({ round }, at): LetterOutcome => {
    const id = ids[at]!;
    const { isRow, newest } = ends(id);
    if (isRow) return { status: 'already', as: 'row' };
    const against = entryAgainst({ isRow, newest: mine.get(id) ?? newest }, round);
    if (against !== undefined)
      return against.kind === 'letter' && against.round === round
        ? written
        : { status: 'already', as: against.kind };
    mine.set(id, { kind: 'letter', round });
    rememberEnd(events, id);
    fresh.push(id);
    rounds.push(Math.trunc(round));
    return written;
  });
  if (fresh.length > 0)
    // As two lists: written out as values, each entry would be parsed and bound by itself.
    await connection.run(
      `INSERT INTO _sentinel_outcomes (request_id, round, outcome)
       SELECT unnest(string_split($1, ','))::UUID, unnest(string_split($2, ','))::INTEGER, 'letter'`,
      [fresh.join(','), rounds.join(',')],
    );
  return outcomes;
}
