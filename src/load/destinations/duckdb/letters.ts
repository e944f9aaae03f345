import type { DuckDBConnection } from '@duckdb/node-api';
import type { LetterEntry, LetterOutcome } from '../../destination.ts';
import { judgeLetters } from '../../destination-kit/judge.ts';
import { findEnds } from './ends.ts';
import { type KnownEvents, mayHaveEnded, rememberEnd } from './known-events.ts';

/** Writes the entries of letters within the transaction that is open, where nothing else stands. */
export async function writeLetters(
  connection: DuckDBConnection,
  events: KnownEvents,
  letters: readonly LetterEntry[],
): Promise<LetterOutcome[]> {
  const ids = letters.map(({ requestId }) => requestId.toLowerCase());
  const asked = ids.filter((id) => mayHaveEnded(events, id));
  const { outcomes, fresh } = judgeLetters(letters, await findEnds(connection, asked));
  for (const id of fresh.keys()) rememberEnd(events, id);
  if (fresh.size > 0)
    // As two lists: written out as values, each entry would be parsed and bound by itself.
    await connection.run(
      `INSERT INTO _sentinel_outcomes (request_id, round, outcome)
       SELECT unnest(string_split($1, ','))::UUID, unnest(string_split($2, ','))::INTEGER, 'letter'`,
      [[...fresh.keys()].join(','), Array.from(fresh.values(), ({ round }) => Math.trunc(round)).join(',')],
    );
  return outcomes;
}
