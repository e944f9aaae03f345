import { describe } from 'vitest';
import { destinationConformance } from '../../conformance/destination.ts';
import { withoutPostgres } from '../../helpers/postgres.ts';
import { postgresForTests } from './support.ts';

describe.skipIf(withoutPostgres())('PostgreSQL', () => {
  const postgres = postgresForTests();

  const open = async () => {
    const schema = postgres.nextSchema();
    let destination = await postgres.open(schema);
    return {
      destination,
      async reopen() {
        await destination.close();
        return (destination = await postgres.open(schema));
      },
      async rows(table: string) {
        const { columns, rows } = await destination.query!(`table "${table}"`);
        return rows.map((values) =>
          Object.fromEntries(columns.map((column, index) => [column, values[index]])),
        );
      },
      cleanup: () => destination.close(),
    };
  };
  destinationConformance(
    'postgres',
    [
      'repeats',
      'counts',
      'marked',
      'repairs',
      'withdraw',
      'originals',
      'erasing',
      'search',
      'query',
      'backfill',
      'letterTable',
    ],
    open,
  );
});
