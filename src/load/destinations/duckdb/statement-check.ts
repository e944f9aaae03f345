import type { DuckDBConnection } from '@duckdb/node-api';
import { SentinelError } from '../../../model/errors.ts';
import { type Json, isObject } from '../../../model/json.ts';
import { largeValueIn } from './growth.ts';
import { rowsOf } from './rows.ts';

/**
 * The table functions that a query may call. A list of what is allowed, as a SELECT can call functions that switch
 * on logging of queries, force a checkpoint or read the memory at an address (`arrow_scan`).
 */
const tableFunctions = new Set(
  `range generate_series unnest repeat repeat_row json_each json_tree summary histogram histogram_values
   duckdb_columns duckdb_constraints duckdb_databases duckdb_functions duckdb_indexes duckdb_keywords duckdb_memory
   duckdb_schemas duckdb_settings duckdb_tables duckdb_types duckdb_views icu_calendar_names pg_timezone_names
   pragma_database_size pragma_show pragma_storage_info pragma_table_info pragma_version`.split(/\s+/),
);

/** Functions that write, or hold a thread without working. */
const refusedFunctions = new Set([
  'nextval',
  'write_log',
  'sleep_ms',
  'pg_sleep',
  'setseed',
  'query',
  'query_table',
]);

const explain = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[^*]*\*\/)*explain\s+(?:analyze\s+|\([^()]*\)\s*)?/i;

/**
 * Throws `query_refused` unless the text is one statement that only reads: SELECT and its short forms (FROM, VALUES,
 * DESCRIBE, SHOW, SUMMARIZE), or EXPLAIN of one; `query_failed` when it can't be parsed.
 */
export async function checkStatement(connection: DuckDBConnection, sql: string): Promise<void> {
  const [[serialized = null] = []] = await rowsOf(
    connection,
    'SELECT json_serialize_sql($1::VARCHAR)::VARCHAR',
    [sql.replace(explain, '')],
  );
  const parsed = JSON.parse(String(serialized)) as Parsed;
  if (parsed.error) {
    if (parsed.error_type === 'parser') throw failed(`Parser Error: ${parsed.error_message}`);
    throw refused(
      'only SELECT, FROM, VALUES, DESCRIBE, SHOW, SUMMARIZE, and EXPLAIN of these are possible here',
    );
  }
  if (parsed.statements.length !== 1) throw refused('one statement at a time is possible here');
  for (const { name, isTable } of functionsIn(parsed.statements)) {
    const allowed = isTable ? tableFunctions.has(name) : !refusedFunctions.has(name);
    if (!allowed) throw refused(`the function ${name} is not possible here`);
  }
  const large = largeValueIn(parsed.statements);
  if (large !== undefined) throw refused(large);
}

type Parsed =
  { error: true; error_type: string; error_message: string } | { error: false; statements: Json[] };

/** Every function call in DuckDB's own syntax tree. */
function functionsIn(tree: Json): { name: string; isTable: boolean }[] {
  const found: { name: string; isTable: boolean }[] = [];
  const waiting: { node: Json; isTable: boolean }[] = [{ node: tree, isTable: false }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, isTable } = next;
    if (Array.isArray(node)) waiting.push(...node.map((child) => ({ node: child, isTable: false })));
    if (!isObject(node)) continue;
    if (typeof node['function_name'] === 'string') {
      found.push({ name: node['function_name'].toLowerCase(), isTable });
    }
    const isTableFunction = node['type'] === 'TABLE_FUNCTION';
    for (const [key, child] of Object.entries(node)) {
      waiting.push({ node: child, isTable: isTableFunction && key === 'function' });
    }
  }
  return found;
}

export const refused = (why: string): SentinelError =>
  new SentinelError('query_refused', `query refused: ${why}`);

/** The text is DuckDB's: it is for whoever wrote the query. */
export const failed = (message: string, cause?: unknown): SentinelError =>
  new SentinelError('query_failed', message, { cause });
