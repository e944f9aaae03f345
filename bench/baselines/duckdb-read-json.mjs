// The baseline of loading: DuckDB's own INSERT … SELECT … FROM read_json of a file of the same events, no checks.
import { DuckDBInstance } from '@duckdb/node-api';

const [file, database] = process.argv.slice(2);
const instance = await DuckDBInstance.create(database, { threads: '2' });
const connection = await instance.connect();
await connection.run(`create table "transaction" (event_id UUID, "timestamp" TIMESTAMPTZ, source VARCHAR,
  amount DECIMAL(38,9), currency VARCHAR, user_id UUID, email VARCHAR, description VARCHAR)`);
const start = performance.now();
await connection.run(`insert into "transaction" select * from read_json('${file}', format='newline_delimited', columns={
  event_id:'UUID', "timestamp":'TIMESTAMPTZ', source:'VARCHAR', amount:'DECIMAL(38,9)', currency:'VARCHAR',
  user_id:'UUID', email:'VARCHAR', description:'VARCHAR'})`);
console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000 }));
connection.closeSync();
instance.closeSync();
