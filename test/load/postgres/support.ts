import { afterAll, beforeAll } from 'vitest';
import type { OpenDestination, Table } from '../../../src/load/destination.ts';
import { type PostgresOptions, openPostgres } from '../../../src/load/destinations/postgres/index.ts';
import { type PostgresServer, startPostgres } from '../../helpers/postgres.ts';

export const plain: Table = {
  name: 'plain',
  contract: 'plain',
  key: ['/event_id'],
  columns: [
    { name: 'event_id', type: { kind: 'string' } },
    { name: 'note', type: { kind: 'string' } },
    { name: 'at', type: { kind: 'datetime' } },
    { name: 'ratio', type: { kind: 'number' } },
    { name: 'count', type: { kind: 'integer' } },
    { name: 'data', type: { kind: 'json' } },
  ],
};

export const plainRowOf = { table: 'plain', contract: 'plain' };

/** A server for the tests of a file, with a login that may only read. */
export function postgresForTests(settings?: Record<string, string>) {
  let server: PostgresServer;
  let schemas = 0;
  const opened: OpenDestination[] = [];
  beforeAll(async () => {
    server = await startPostgres(settings);
    await server.run(`CREATE ROLE reader LOGIN; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader;
      ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO reader`);
  });
  afterAll(async () => {
    try {
      await Promise.all(opened.map((destination) => destination.close()));
    } finally {
      await server.remove();
    }
  });
  return {
    get server() {
      return server;
    },
    nextSchema: () => `test ${schemas++}`,
    async open(schema: string, change: Partial<PostgresOptions> = {}): Promise<OpenDestination> {
      const options = { url: server.url(), queryUrl: server.url('reader'), schema, queueId: 'q', ...change };
      const destination = await openPostgres(options);
      opened.push(destination);
      return destination;
    },
  };
}
