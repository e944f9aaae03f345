import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { Cells } from '../../destination-kit/stored-cells.ts';

/** All rows of a small answer. */
export async function rowsOf(
  connection: DuckDBConnection,
  sql: string,
  values?: DuckDBValue[],
): Promise<DuckDBValue[][]> {
  const result = await connection.run(sql, values);
  return result.getRows();
}

/** The same, each cell as text. */
export const textsOf = async (connection: DuckDBConnection, sql: string): Promise<Cells[]> =>
  (await rowsOf(connection, sql)).map((row) => row.map((value) => (value === null ? null : String(value))));

/** All rows of a small answer that holds whole numbers only, NULL as 0. */
export async function integersOf(connection: DuckDBConnection, sql: string): Promise<number[][]> {
  return (await rowsOf(connection, sql)).map((row) => row.map(Number));
}

/** Reads an answer chunk by chunk; `visit` gets the values of a row by column number. */
export async function forEachRow(
  connection: DuckDBConnection,
  sql: string,
  visit: (at: (column: number) => DuckDBValue) => void,
): Promise<void> {
  const result = await connection.stream(sql);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    const vectors = Array.from({ length: chunk.columnCount }, (_, column) => chunk.getColumnVector(column));
    for (let row = 0; row < chunk.rowCount; row++) visit((column) => vectors[column]!.getItem(row));
  }
}

/**
 * Reads an answer of any length that has two whole numbers in each row, neither NULL. Takes half the time of `forEachRow`,
 * which calls back for each number. `rest` is called after every few thousand rows, and waited for.
 */
export async function forEachPair(
  connection: DuckDBConnection,
  sql: string,
  visit: (first: number, second: number) => void,
  rest: () => Promise<void> | undefined,
): Promise<void> {
  const result = await connection.stream(sql);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    const first = chunk.getColumnVector(0);
    const second = chunk.getColumnVector(1);
    for (let row = 0; row < chunk.rowCount; row++)
      visit(Number(first.getItem(row)), Number(second.getItem(row)));
    await rest();
  }
}
