import { afterAll, beforeAll, describe } from 'vitest';
import { openPostgres } from '../../src/load/destinations/postgres.ts';
import { destinationConformance } from '../conformance/destination.ts';
import { type PostgresServer, startPostgres, withoutPostgres } from '../helpers/postgres.ts';

describe.skipIf(withoutPostgres())('PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    await server.run(`CREATE ROLE reader LOGIN; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader;
      ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO reader`);
  });
  afterAll(() => server.remove());

  let schemas = 0;
  destinationConformance('postgres', async () => {
    const options = {
      url: server.url(),
      schema: `test ${schemas++}`,
      queueId: 'q',
      queryUrl: server.url('reader'),
    };
    let destination = await openPostgres(options);
    return {
      destination,
      async reopen() {
        await destination.close();
        return (destination = await openPostgres(options));
      },
      async rows(table: string) {
        const { columns, rows } = await destination.query!(`table "${table}"`);
        return rows.map((values) =>
          Object.fromEntries(columns.map((column, index) => [column, values[index]])),
        );
      },
      cleanup: () => destination.close(),
    };
  });
});
