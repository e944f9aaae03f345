import pg from 'pg';
import type { PostgresConfig } from './settings.ts';
import { SentinelError } from '../../../model/errors.ts';
import { decideEncryption } from './encryption.ts';
import { unavailable } from './errors.ts';
import { powerful } from './query.ts';
import { clientConfig } from './session.ts';
import { tlsOf } from './tls.ts';

const oldest = 120_000;

interface Facts {
  number: string;
  version: string;
  /** Undefined when the schema is not there. */
  may_create: string | null;
  may_make_schema: string;
  powerful: string;
}

/**
 * Whether the service could work with this database; changes nothing. Throws `destination_unavailable` when it can't,
 * with what to do.
 */
export async function checkPostgres({
  url: given,
  queryUrl,
  schema,
}: PostgresConfig): Promise<{ version: string; warning: { found: string; fix: string } | undefined }> {
  const url = await decideEncryption(given);
  const client = new pg.Client(clientConfig(url, 'data-sentinel doctor'));
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Facts>(
      `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version,
         (SELECT has_schema_privilege(oid, 'CREATE') AND has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = $1) AS may_create,
         has_database_privilege(current_database(), 'CREATE') AS may_make_schema, (${powerful}) AS powerful`,
      [schema],
    );
    const [facts] = rows;
    const { number, version, may_create, may_make_schema } = facts!;
    if (Number(number) < oldest)
      throw new SentinelError(
        'destination_unavailable',
        `PostgreSQL ${version} is too old; 12 is the oldest that works`,
      );
    if (may_create === 'f' || (may_create === null && may_make_schema === 'f'))
      throw new SentinelError(
        'destination_unavailable',
        may_create === null
          ? `the schema ${schema} is not there, and the login may not create it; create it, or grant CREATE on the database`
          : `the login may not create tables in the schema ${schema}; grant it USAGE and CREATE`,
      );
    const warning =
      facts!.powerful === 't' && queryUrl === undefined
        ? {
            found: 'queries are refused, as the login may do more than read tables',
            fix: 'set SENTINEL_POSTGRES_QUERY_URL to a login that may only read',
          }
        : url !== given && tlsOf(url).ssl === false
          ? {
              found: 'the connection is not encrypted, as the server offers no encryption',
              fix: 'turn on ssl there, and set sslmode=require or stricter in the URL',
            }
          : undefined;
    return { version: version.split(' ', 1)[0]!, warning };
  } catch (error) {
    throw unavailable('be reached', error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
