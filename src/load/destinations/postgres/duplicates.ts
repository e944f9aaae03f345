import type { PoolClient } from 'pg';
import type { Comparison, StoredRow } from '../../destination-kit/repeats.ts';
import type { Row, Table } from '../../destination.ts';
import type { Line } from './row-lines.ts';
import { identifier } from './sql.ts';
import type { Unwritten } from './unwritten.ts';

/** A line of `_sentinel_duplicates`. */
interface DuplicateRecord {
  request_id: string;
  contract: string;
  source: string;
  contract_version: string;
  table_name: string;
  first_request_id: string | undefined;
  received_at: string;
  changed: boolean | undefined;
  replaced: boolean;
  event: string | undefined;
}

export function duplicateRecords(
  unwritten: ReadonlyMap<Line, Unwritten>,
  comparisons: ReadonlyMap<Row, Comparison>,
): DuplicateRecord[] {
  return [...unwritten].flatMap(([{ row, id }, result]) => {
    if (result.status !== 'duplicate') return [];
    const { contract, source, contractVersion, table, receivedAt } = row;
    const comparison = comparisons.get(row);
    return [
      {
        request_id: id,
        contract,
        source,
        contract_version: contractVersion,
        table_name: table,
        // Nothing knows the id of a row that a person has written.
        first_request_id: comparison === undefined || comparison.of === '' ? result.first : comparison.of,
        received_at: new Date(receivedAt).toISOString(),
        changed: comparison?.isChanged,
        replaced: false,
        event: storable(comparison?.event),
      },
    ];
  });
}

export function replacedRecord(
  { name, contract }: Table,
  { requestId, source, version, receivedAt }: StoredRow,
  { of, isChanged, event }: Comparison,
): DuplicateRecord {
  return {
    request_id: requestId,
    contract,
    source,
    contract_version: version,
    table_name: name,
    first_request_id: of,
    received_at: new Date(receivedAt).toISOString(),
    changed: isChanged,
    replaced: true,
    event: storable(event),
  };
}

/** PostgreSQL has no NUL in text; JSON text has it escaped. */
const storable = (text: string | undefined): string | undefined => text?.replaceAll('\0', '');

/** Returns how many were not on record yet, as an event that is delivered again does not count again. */
export async function insertDuplicates(
  client: PoolClient,
  schema: string,
  records: readonly DuplicateRecord[],
): Promise<{ all: number; changed: number }> {
  if (records.length === 0) return { all: 0, changed: 0 };
  // In the order of the ids, every worker's, so that two never wait for each other.
  const sorted = records.toSorted((a, b) => (a.request_id < b.request_id ? -1 : 1));
  const { rows } = await client.query<{ all: string; changed: string }>(
    `WITH fresh AS (
       INSERT INTO ${identifier(schema)}._sentinel_duplicates (request_id, contract, source, contract_version, table_name,
         first_request_id, received_at, changed, replaced, event)
       SELECT * FROM json_to_recordset($1::json) AS r (request_id uuid, contract text, source text, contract_version text,
         table_name text, first_request_id uuid, received_at timestamptz, changed boolean, replaced boolean, event text)
       ON CONFLICT (request_id) DO NOTHING RETURNING changed)
     SELECT count(*) AS all, count(*) FILTER (WHERE changed) AS changed FROM fresh`,
    [JSON.stringify(sorted)],
  );
  return { all: Number(rows[0]!.all), changed: Number(rows[0]!.changed) };
}
