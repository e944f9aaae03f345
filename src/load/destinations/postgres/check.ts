import type pg from 'pg';
import type { PostgresConfig } from './settings.ts';
import { SentinelError } from '../../../model/errors.ts';
import { decideEncryption } from './encryption.ts';
import { unavailable } from './errors.ts';
import { powerful } from './query.ts';
import { mergeTables } from '../../destination-kit/merge-tables.ts';
import type { Diagnosis } from '../../adapter.ts';
import type { Table } from '../../destination.ts';
import { typeName } from './sql.ts';
import { missing } from './tables.ts';
import { onConnection } from './own-connection.ts';
import { ownSettings } from './session.ts';
import { tlsOf } from './tls.ts';

const oldest = 130_000;

interface Facts {
  number: string;
  version: string;
  /** Undefined when the schema is not there. */
  may_create: string | null;
  may_make_schema: string;
  powerful: string;
}

type Warning = Diagnosis['warning'];

/**
 * Whether the service could work with this database and these tables; changes nothing. Throws `destination_unavailable` when it
 * can't, with what to do.
 */
export async function checkPostgres(
  { url: given, queryUrl, schema }: PostgresConfig,
  tables: readonly Table[] = [],
): Promise<{ version: string; warning: Warning }> {
  const url = await decideEncryption(given);
  return onConnection(url, 'data-sentinel doctor', async (client) => {
    await client.query(`BEGIN READ ONLY; SET LOCAL lock_timeout = 3000; ${ownSettings}`);
    const facts = await askFacts(client, schema);
    const { number, version } = facts;
    if (Number(number) < oldest)
      throw new SentinelError(
        'destination_unavailable',
        `PostgreSQL ${version} is too old; 13 is the oldest that works`,
      );
    const { refused, isWhole } = await lookAtTables(client, schema, tables);
    if (!isWhole) refuseWithoutRights(facts, schema);
    await refuseWithoutTables(client, schema, tables);
    const isOpen = url !== given && tlsOf(url).ssl === false;
    const warnings: Warning[] = [
      refused,
      facts.powerful === 't' && queryUrl === undefined ? queriesRefused : undefined,
      isOpen ? notEncrypted : undefined,
    ];
    return { version: version.split(' ', 1)[0]!, warning: warnings.find((warning) => warning !== undefined) };
  }).catch((error: unknown) => {
    throw unavailable('be reached', error);
  });
}

const queriesRefused = {
  found: 'queries are refused, as the login may do more than read tables',
  fix: 'set SENTINEL_POSTGRES_QUERY_URL to a login that may only read; docs/destinations.md has the SQL for one',
};
const notEncrypted = {
  found: 'the connection is not encrypted, as the server offers no encryption',
  fix: 'turn on ssl there, and set sslmode=require or stricter in the URL',
};

async function askFacts(client: pg.Client, schema: string): Promise<Facts> {
  const { rows } = await client.query<Facts>(
    `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version,
       (SELECT has_schema_privilege(oid, 'CREATE') AND has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = $1) AS may_create,
       has_database_privilege(current_database(), 'CREATE') AS may_make_schema, (${powerful}) AS powerful`,
    [schema],
  );
  return rows[0]!;
}

/** As the loader does at a start. `isWhole`: nothing is to be made. */
async function lookAtTables(
  client: pg.Client,
  schema: string,
  tables: readonly Table[],
): Promise<{ refused: Warning; isWhole: boolean }> {
  let isWhole = (await missing(client, schema, [], false)).length === 0;
  for (const table of isWhole ? mergeTables(tables, typeName) : [])
    try {
      if ((await missing(client, schema, [table], false)).length > 0) isWhole = false;
    } catch (error) {
      if (!(error instanceof SentinelError)) throw error;
      const refused = {
        found: `table ${table.name} takes no rows, so that its events wait: ${error.message}`,
        fix: 'change the table as is said; its events are loaded by themselves then',
      };
      return { refused, isWhole };
    }
  return { refused: undefined, isWhole };
}

async function refuseWithoutTables(
  client: pg.Client,
  schema: string,
  tables: readonly Table[],
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1)
       AND relname = ANY($2) AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT'))`,
    [schema, ['_sentinel_outcomes', ...tables.map(({ name }) => name)]],
  );
  if (rows.length > 0)
    throw new SentinelError(
      'destination_unavailable',
      `the login may not read and write the table ${rows.map(({ name }) => name).join(', ')}; grant it SELECT, INSERT, UPDATE and DELETE`,
    );
}

function refuseWithoutRights({ may_create, may_make_schema }: Facts, schema: string): void {
  if (may_create !== 'f' && (may_create !== null || may_make_schema !== 'f')) return;
  throw new SentinelError(
    'destination_unavailable',
    may_create === null
      ? `the schema ${schema} is not there, and the login may not create it; create it, or grant CREATE on the database`
      : `the login may not create tables in the schema ${schema}; grant it USAGE and CREATE`,
  );
}
