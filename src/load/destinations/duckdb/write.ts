import type { DuckDBConnection } from '@duckdb/node-api';
import { INTEGER, VARCHAR } from './duckdb.ts';
import type { AllCounts } from '../../destination.ts';
import { type Decided, verdicts } from './decide.ts';
import { literal } from './sql.ts';
import { type Staged, fillTable } from './stage.ts';
import type { Staging } from './table-sql.ts';

/**
 * Writes one table's staged rows with all that belongs to them, within the transaction that is open. Returns what
 * was written: a duplicate that was recorded before, when it was first delivered, does not count again.
 */
export async function writeStaged(
  connection: DuckDBConnection,
  { table, sql, stage, rows }: Staged,
  settled: Decided,
): Promise<AllCounts> {
  const written = rows.filter((_, pos) => settled.verdicts[pos] === verdicts.write);
  const all = written.length === rows.length;
  if (!all) {
    await fillTable(connection, stage.verdicts, [
      { name: 'pos', type: INTEGER, values: settled.verdicts.map((_, pos) => pos) },
      { name: 'verdict', type: INTEGER, values: settled.verdicts },
      { name: 'first', type: VARCHAR, values: settled.firsts },
      {
        name: 'changed',
        type: VARCHAR,
        values: rows.map((row) => asText(settled.repeats.get(row)?.isChanged)),
      },
      { name: 'event', type: VARCHAR, values: rows.map((row) => settled.repeats.get(row)?.event ?? null) },
    ]);
  }
  if (written.length > 0) await connection.run(sql.insert(all ? undefined : verdicts.write));
  const repaired = written.filter((row) => row.repair !== undefined).length;
  if (repaired > 0) await connection.run(insertRepairs(stage, all));
  const duplicate = settled.verdicts.includes(verdicts.duplicate)
    ? (await connection.run(insertDuplicates(table.spec.name, stage))).rowsChanged
    : 0;
  const changed = rows.filter(
    (row, pos) =>
      settled.verdicts[pos] === verdicts.duplicate && settled.repeats.get(row)?.isChanged === true,
  );
  return { loaded: written.length, repaired, duplicate, changed: changed.length };
}

const asText = (flag: boolean | undefined): string | null => (flag === undefined ? null : String(flag));

const verdictsOf = (stage: Staging): string => `JOIN ${stage.verdicts} v USING (pos)`;

const repairStructure = {
  repair: { kind: 'INTEGER', original: 'VARCHAR', patch: 'VARCHAR', result: 'VARCHAR', byHand: ['VARCHAR'] },
};

function insertRepairs(stage: Staging, all: boolean): string {
  return `INSERT INTO _sentinel_repair_log (request_id, kind, original, patch, result, by_hand, repaired_at)
    SELECT request_id, r.kind, r.original, r.patch, r.result, r.byHand, now()
    FROM (
      SELECT s.*, json_transform(t.line, ${literal(JSON.stringify(repairStructure))}).repair AS r
      FROM ${stage.rows} s JOIN ${stage.text} t ON t.pos = s.pos
        ${all ? '' : `JOIN ${stage.verdicts} v ON v.pos = s.pos`}
      WHERE s.repaired ${all ? '' : `AND v.verdict = ${verdicts.write}`}
    )`;
}

function insertDuplicates(table: string, stage: Staging): string {
  return `INSERT INTO _sentinel_duplicates (request_id, contract, source, contract_version, table_name,
      first_request_id, received_at, round, changed, event)
    SELECT request_id, contract, source, version, ${literal(table)}, NULLIF(first, '')::UUID, received_at, round,
      changed::BOOLEAN, event
    FROM ${stage.rows} ${verdictsOf(stage)}
    WHERE v.verdict = ${verdicts.duplicate}`;
}
