import { literal, identifier } from '../destinations/duckdb/sql.ts';

/** A column of a Parquet file, by the name of its DuckDB type. */
export interface ParquetColumn {
  name: string;
  type: string;
}

/** Makes a Parquet file of a CSV file as `Export` writes it, for a destination that can't write one itself. Takes little memory. */
export async function parquetOfCsv(
  csv: string,
  columns: readonly ParquetColumn[],
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: '512MiB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  const stop = () => connection.interrupt();
  signal.addEventListener('abort', stop);
  try {
    const texts = columns.map(({ name }) => `${literal(name)}: 'VARCHAR'`).join(', ');
    const values = columns.map(
      ({ name, type }) => `CAST(${identifier(name)} AS ${type}) AS ${identifier(name)}`,
    );
    await connection.run(
      `COPY (SELECT ${values.join(', ')} FROM read_csv(${literal(csv)}, auto_detect = false, header = true, delim = ',',
         quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, new_line = '\\n', parallel = false,
         max_line_size = ${longestLine}, buffer_size = ${2 * longestLine}, columns = {${texts}}))
       TO ${literal(file)} (FORMAT parquet, USE_TMP_FILE false)`,
    );
  } finally {
    signal.removeEventListener('abort', stop);
    connection.closeSync();
    instance.closeSync();
  }
}

/** Of a row, in bytes. By default the buffer would be 16 times as large. */
const longestLine = 32 * 2 ** 20;
