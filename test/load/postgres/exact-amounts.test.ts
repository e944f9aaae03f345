import { describe } from 'vitest';
import { openDuckDb } from '../../../src/load/destinations/duckdb/index.ts';
import { withoutPostgres } from '../../helpers/postgres.ts';
import { exactAmounts } from '../exact-amounts.ts';
import { postgresForTests } from './support.ts';

describe.skipIf(withoutPostgres())('exact', () => {
  const postgres = postgresForTests();
  exactAmounts('PostgreSQL', 10_000, () => postgres.open(postgres.nextSchema()));
  exactAmounts('DuckDB', 10_000, (exports) => openDuckDb({ path: ':memory:', exports }));
});
