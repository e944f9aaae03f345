import pg from 'pg';
import { query } from '../helpers/sentinel.ts';

const pageSize = 5000;

export interface Reader {
  read(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Of PostgreSQL itself, or of DuckDB through the service, which has the file. */
export async function openReader(url: string, postgresUrl: string | undefined): Promise<Reader> {
  if (postgresUrl === undefined)
    return { read: (sql) => query(url, sql, pageSize), close: async () => undefined };
  const client = new pg.Client(postgresUrl);
  await client.connect();
  return { read: async (sql) => (await client.query(sql)).rows, close: () => client.end() };
}

/** Every table with rows of events, also one that somebody has renamed. */
export async function tablesOf({ read }: Reader): Promise<string[]> {
  const found = await read(
    `SELECT DISTINCT table_name AS name FROM information_schema.columns WHERE column_name = '_request_id'`,
  );
  return found.map(({ name }) => String(name)).filter((name) => !name.startsWith('_sentinel'));
}

/** All rows of a table in the order of its column of ids, as `id`. */
export async function all({ read }: Reader, columns: string, from: string, idColumn: string) {
  const rows: Record<string, unknown>[] = [];
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const page = await read(
      `SELECT ${idColumn}::text AS id, ${columns} FROM ${from} WHERE ${idColumn} > '${after}' ORDER BY ${idColumn} LIMIT ${pageSize}`,
    );
    rows.push(...page);
    if (page.length < pageSize) return rows;
    after = String(page.at(-1)!['id']);
  }
}
