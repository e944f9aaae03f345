import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { takeOver } from '../../flow/taken-over.ts';
import { startPostgres, withoutPostgres } from '../../helpers/postgres.ts';

const dump = new URL('../../fixtures/before-0.3/postgres.sql', import.meta.url).pathname;

it.skipIf(withoutPostgres())('a schema and a data folder of the version before are taken over', async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.remove());
  await postgres.run(readFileSync(dump, 'utf8'));
  const { wanted, found, counts, rules } = await takeOver('postgres', {
    starts: 2,
    config: { destination: { type: 'postgres' } },
    env: { SENTINEL_POSTGRES_URL: postgres.url() },
  });
  expect(found).toEqual(wanted);
  expect(counts).toMatchObject({ loaded: 9, repaired: 5, duplicate: 2 });
  expect(rules.found).toEqual(rules.wanted);
  const [rows] = await postgres.run(
    'SELECT count(*)::int AS n, count(DISTINCT event_id)::int AS ids FROM transaction',
  );
  expect(rows).toEqual({ n: 9, ids: 9 });
});
