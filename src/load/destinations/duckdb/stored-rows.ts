import type { DuckDBConnection } from '@duckdb/node-api';
import {
  type Content,
  type Judged,
  type Repeat,
  type StoredRow,
  judgeRepeats,
} from '../../destination-kit/repeats.ts';
import { storedRowOf } from '../../destination-kit/stored-cells.ts';
import { isUuid } from '../../../model/uuid.ts';
import type { Table } from '../../destination.ts';
import { textsOf } from './rows.ts';
import { identifier, literal } from './sql.ts';

/** Rows of a table, by request id in lower case. */
export async function readStored(
  connection: DuckDBConnection,
  { name, columns }: Table,
  requestIds: readonly string[],
): Promise<Map<string, StoredRow>> {
  const ids = [...new Set(requestIds.map((id) => id.toLowerCase()))].filter((id) => isUuid(id));
  if (ids.length === 0) return new Map();
  // DuckDB's own JSON rounds the numbers in what is JSON already.
  const cells = columns.map(({ name: column, type }) =>
    type.kind === 'json' ? `t.${identifier(column)}::VARCHAR` : `to_json(t.${identifier(column)})::VARCHAR`,
  );
  const found = await textsOf(
    connection,
    `SELECT t._request_id::VARCHAR, epoch_ms(t._received_at), t._repaired, t._source, t._contract_version,
       t._extra::VARCHAR, ${cells.join(', ')}
     FROM main.${identifier(name)} t WHERE ${among('t._request_id', ids)}`,
  );
  return new Map(found.map((row) => [row[0]!, storedRowOf(columns, row)]));
}

/** Request ids grow with time, and so lie together: the range spares the rest of the table. `ids` in lower case. */
export function among(column: string, ids: readonly string[]): string {
  const sorted = ids.toSorted();
  const uuid = (id: string): string => `${literal(id)}::UUID`;
  return `${column} BETWEEN ${uuid(sorted[0]!)} AND ${uuid(sorted.at(-1)!)} AND ${column} IN (${sorted.map(uuid).join(', ')})`;
}

/** How repeats stand to the events that have the rows: those of `batch`, which are not written yet, or of the table. */
export async function judgeStored(
  connection: DuckDBConnection,
  table: Table,
  repeats: readonly Repeat[],
  batch: ReadonlyMap<string, Content> = new Map(),
): Promise<Judged & { stored: ReadonlyMap<string, StoredRow> }> {
  const sought = repeats.map(({ of }) => of).filter((id) => !batch.has(id.toLowerCase()));
  const stored = await readStored(connection, table, sought);
  const judged = judgeRepeats(
    table,
    repeats,
    (id) => batch.get(id.toLowerCase()) ?? stored.get(id.toLowerCase()),
  );
  return { ...judged, stored };
}
