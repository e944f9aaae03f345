import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { type LetterRow, letterRow, letterTable } from '../../../src/load/letter-table.ts';
import { openInFolder } from './support.ts';

const letters = fc.uniqueArray(
  fc.record({
    id: fc.uuid(),
    reason: fc.string({ unit: 'binary' }),
    source: fc.string({ unit: fc.constantFrom("'", '\\', '"', '\0', '\n', '$1', '\ud800', 'é', '😀') }),
    raw: fc.json({ maxDepth: 2 }),
  }),
  { selector: ({ id }) => id, maxLength: 5 },
);

function rowOf({ id, reason, source, raw }: Record<'id' | 'reason' | 'source' | 'raw', string>): LetterRow {
  const times = { received_at: 0, created_at: '2026-01-15T00:00:01.000Z', updated_at: '' };
  const kept = { contract: 'order', version: '1', signature: 's', code: 'c', violations: [], attempts: [] };
  const letter = { id, request_id: id, status: 'open' as const, replays: 0, reason, source, raw };
  return letterRow({ ...letter, ...kept, ...times }, (event) => event);
}

it('keeps the rows of dead letters as they are, whatever is in their texts', async () => {
  const { destination, cleanup } = await openInFolder();
  onTestFinished(cleanup);
  await fc.assert(
    fc.asyncProperty(letters, async (some) => {
      const rows = some.map(rowOf);
      await destination.letterTable.write(rows, []);
      await destination.letterTable.write(rows, []);
      const { rows: found } = await destination.query(
        `SELECT id, reason, source, event::VARCHAR, created_at FROM ${letterTable} ORDER BY id`,
      );
      expect(found).toEqual(
        rows
          .toSorted((a, b) => (a.id! < b.id! ? -1 : 1))
          .map(({ id, reason, source, event }) => [
            id,
            reason!.toWellFormed(),
            source!.toWellFormed(),
            event,
            '2026-01-15T00:00:01Z',
          ]),
      );
      await destination.letterTable.write(
        [],
        rows.map(({ id }) => id!),
      );
    }),
    { numRuns: 20 },
  );
});

it('does not hold many letters in memory until DuckDB would write them out', async () => {
  const { destination, cleanup } = await openInFolder();
  onTestFinished(cleanup);
  const raw = JSON.stringify({ note: 'x'.repeat(30_000) });
  const rows = Array.from({ length: 1000 }, (_, at) =>
    rowOf({ id: String(at), reason: 'r', source: 's', raw }),
  );
  await destination.letterTable.write(rows, []);
  const { rows: held } = await destination.query(
    `SELECT memory_usage_bytes < 5000000 FROM duckdb_memory() WHERE tag = 'IN_MEMORY_TABLE'`,
  );
  expect(held).toEqual([[true]]);
});
