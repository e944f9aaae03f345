import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type QueryParameter, duckDbOf, identifier, plainText, statementsOf } from './sql.ts';

export interface Field {
  name: string;
  type: string;
  mode?: string;
  precision?: string;
  scale?: string;
}

export interface TableResource {
  schema: { fields: Field[] };
  timePartitioning?: { type: string; field: string; expirationMs?: string };
  clustering?: { fields: string[] };
  expirationTime?: string;
}

/** An error as a job or a call reports it. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export interface Answer {
  fields: Field[];
  rows: (string | null)[][];
}

const types: Record<string, string> = {
  STRING: 'VARCHAR',
  INT64: 'BIGINT',
  INTEGER: 'BIGINT',
  FLOAT64: 'DOUBLE',
  BOOL: 'BOOLEAN',
  TIMESTAMP: 'TIMESTAMPTZ',
  DATE: 'DATE',
  JSON: 'JSON',
};

/** In Google's words of GoogleSQL, what DuckDB calls otherwise. */
const macros = [
  `CREATE MACRO TO_JSON_STRING(x) AS coalesce(CAST(to_json(x) AS VARCHAR), 'null')`,
  'CREATE MACRO JSON_QUERY(x, path) AS json_extract(x, path)',
  'CREATE MACRO UNIX_MICROS(x) AS epoch_us(x)',
  'CREATE MACRO UNIX_MILLIS(x) AS epoch_ms(x)',
];

/** The tables of the local server: each statement has its real effect, in a DuckDB of its own. */
export async function openStore() {
  const folder = await mkdtemp(join(tmpdir(), 'sentinel-bq-'));
  const instance = await DuckDBInstance.create(':memory:');
  const main = await instance.connect();
  await main.run("SET TimeZone = 'UTC'");
  for (const macro of macros) await main.run(macro);
  const datasets = new Set<string>();
  const tables = new Map<string, TableResource>();
  let files = 0;

  const sqlName = (dataset: string, table: string) => `${identifier(dataset)}.${identifier(table)}`;
  const declared = (field: Field) => `${identifier(field.name)} ${duckDbType(field)}`;

  function find(dataset: string, table: string): TableResource {
    const found = tables.get(`${dataset}.${table}`);
    const isGone = found?.expirationTime !== undefined && Number(found.expirationTime) < Date.now();
    if (found === undefined || isGone)
      throw new ApiFailure(404, 'notFound', `Not found: Table test:${dataset}.${table}`);
    return found;
  }

  async function statement(
    connection: DuckDBConnection,
    sql: string,
  ): Promise<{ changed: number; answer?: Answer }> {
    try {
      const reader = await connection.runAndReadAll(sql);
      if (!/^\s*(?:SELECT|WITH)\b/i.test(sql)) return { changed: reader.rowsChanged };
      const fields = reader.columnNames().map((name, i) => ({ name, type: String(reader.columnType(i)) }));
      const rows = reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
      return { changed: 0, answer: { fields, rows } };
    } catch (error) {
      throw asBigQuery(error);
    }
  }

  return {
    main,
    tables,
    async createDataset(name: string) {
      if (datasets.has(name)) throw new ApiFailure(409, 'duplicate', `Already Exists: Dataset test:${name}`);
      datasets.add(name);
      await main.run(`CREATE SCHEMA ${identifier(name)}`);
    },
    hasDataset: (name: string) => datasets.has(name),
    find,
    async create(dataset: string, table: string, resource: TableResource) {
      if (!datasets.has(dataset)) throw new ApiFailure(404, 'notFound', `Not found: Dataset test:${dataset}`);
      if (tables.has(`${dataset}.${table}`))
        throw new ApiFailure(409, 'duplicate', `Already Exists: Table test:${dataset}.${table}`);
      check(resource);
      await main.run(
        `CREATE TABLE ${sqlName(dataset, table)} (${resource.schema.fields.map(declared).join(', ')})`,
      );
      tables.set(`${dataset}.${table}`, resource);
    },
    async addFields(dataset: string, table: string, fields: Field[]) {
      const present = find(dataset, table);
      const names = new Set(fields.map(({ name }) => name));
      const dropped = present.schema.fields.find(({ name }) => !names.has(name));
      if (dropped !== undefined)
        throw new ApiFailure(
          400,
          'invalid',
          `Provided Schema does not match: Field ${dropped.name} is missing`,
        );
      for (const field of fields) {
        const before = present.schema.fields.find(({ name }) => name === field.name);
        if (before === undefined)
          await main.run(`ALTER TABLE ${sqlName(dataset, table)} ADD COLUMN ${declared(field)}`);
        else if (before.type !== field.type)
          throw new ApiFailure(
            400,
            'invalid',
            `Field ${field.name} has changed type from ${before.type} to ${field.type}`,
          );
      }
      present.schema = { fields };
    },
    async remove(dataset: string, table: string) {
      find(dataset, table);
      tables.delete(`${dataset}.${table}`);
      await main.run(`DROP TABLE ${sqlName(dataset, table)}`);
    },
    /** A load job: all lines, or none and an error. */
    async load(dataset: string, table: string, lines: string, fields: Field[], truncate: boolean) {
      find(dataset, table);
      const file = join(folder, `${files++}.json`);
      await writeFile(file, lines);
      const columns = fields.map((field) => `${quoted(field.name)}: ${quoted(duckDbType(field))}`).join(', ');
      const values = fields.map((field) =>
        field.mode === 'REPEATED' ? `coalesce(${identifier(field.name)}, [])` : identifier(field.name),
      );
      const connection = await instance.connect();
      try {
        await connection.run("SET TimeZone = 'UTC'");
        await connection.run('BEGIN');
        if (truncate) await connection.run(`DELETE FROM ${sqlName(dataset, table)}`);
        await connection.run(
          `INSERT INTO ${sqlName(dataset, table)} (${fields.map(({ name }) => identifier(name)).join(', ')})
           SELECT ${values.join(', ')} FROM read_json(${quoted(file)}, columns = {${columns}}, format = 'newline_delimited')`,
        );
        await connection.run('COMMIT');
      } catch (error) {
        throw new ApiFailure(400, 'invalid', `Error while reading data: ${(error as Error).message}`);
      } finally {
        connection.closeSync();
        await rm(file);
      }
    },
    /** A query job: a script, in a session of its own. */
    async run(sql: string, parameters: readonly QueryParameter[]): Promise<Answer> {
      const connection = await instance.connect();
      let answer: Answer = { fields: [], rows: [] };
      let rowCount = 0;
      try {
        await connection.run("SET TimeZone = 'UTC'");
        for (const tokens of statementsOf(sql)) {
          const text = plainText(tokens);
          const raised =
            /^IF\s+@@row_count != 1\s+THEN\s+ROLLBACK TRANSACTION;\s*RAISE USING MESSAGE = ('.*');\s*END IF$/s.exec(
              text,
            );
          if (raised !== null) {
            if (rowCount !== 1)
              throw new ApiFailure(400, 'invalidQuery', `${raised[1]!.slice(1, -1)} at [3:1]`);
            continue;
          }
          const made = /^CREATE OR REPLACE TABLE (\w+)\.(\w+)/.exec(text);
          const done = await statement(connection, duckDbOf(tokens, parameters));
          rowCount = done.changed;
          if (done.answer !== undefined) answer = done.answer;
          if (made !== null) tables.set(`${made[1]}.${made[2]}`, { schema: { fields: [] } });
        }
        return answer;
      } finally {
        // A script that ends with an error takes its transaction with it.
        await connection.run('ROLLBACK').catch(() => undefined);
        connection.closeSync();
      }
    },
    async close() {
      main.closeSync();
      instance.closeSync();
      await rm(folder, { recursive: true });
    },
  };
}

export type Store = Awaited<ReturnType<typeof openStore>>;

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function duckDbType({ type, mode, precision, scale }: Field): string {
  if (type === 'NUMERIC' || type === 'BIGNUMERIC') return `DECIMAL(${precision ?? '38'}, ${scale ?? '9'})`;
  const known = types[type];
  if (known === undefined) throw new ApiFailure(400, 'invalid', `Invalid field type ${type}`);
  return mode === 'REPEATED' ? `${known}[]` : known;
}

/** What BigQuery refuses of a table. */
function check({ schema: { fields }, timePartitioning, clustering }: TableResource): void {
  const invalid = (message: string) => new ApiFailure(400, 'invalid', message);
  const byName = new Map<string, Field>();
  for (const field of fields) {
    if (!/^[a-z_]\w{0,299}$/i.test(field.name)) throw invalid(`Invalid field name "${field.name}"`);
    if (byName.has(field.name.toLowerCase())) throw invalid(`Field ${field.name} already exists in schema`);
    byName.set(field.name.toLowerCase(), field);
    const [precision, scale] = [Number(field.precision ?? 0), Number(field.scale ?? 0)];
    if (field.type === 'NUMERIC' && (precision - scale > 29 || scale > 9))
      throw invalid(`NUMERIC(${precision}, ${scale}) is out of range`);
  }
  if (timePartitioning !== undefined) {
    const field = byName.get(timePartitioning.field.toLowerCase());
    if (timePartitioning.type !== 'DAY' || !['TIMESTAMP', 'DATE'].includes(field?.type ?? ''))
      throw invalid('The field specified for partitioning can only be of type TIMESTAMP or DATE');
  }
  if (clustering !== undefined) {
    if (clustering.fields.length > 4) throw invalid('A table can be clustered by at most 4 fields');
    for (const name of clustering.fields)
      if (['JSON', 'FLOAT64', undefined].includes(byName.get(name.toLowerCase())?.type))
        throw invalid(`Field ${name} can't be clustered by`);
  }
}

function asBigQuery(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (/conflict/i.test(error.message))
    return new ApiFailure(
      400,
      'invalidQuery',
      'Transaction is aborted due to concurrent update against table test:sentinel._sentinel_counters. Transaction ID: 1',
    );
  const missing = /Table with name (\S+) does not exist/.exec(error.message);
  if (missing !== null)
    return new ApiFailure(404, 'notFound', `Not found: Table ${missing[1]} was not found in location US`);
  return new ApiFailure(400, 'invalidQuery', error.message);
}
