import { DuckDBInstance } from '@duckdb/node-api';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningSentinel } from '../../helpers/sentinel.ts';
import { type Random, oneOf } from '../random.ts';
import type { Fault } from './fault.ts';
import { startAgain } from './kills.ts';

const heldMs = 3000;

/** What a colleague does to the file while the service is down; two of them while it starts. */
const meddlings: { name: string; sql: string }[] = [
  { name: 'adds a column', sql: 'ALTER TABLE transaction ADD COLUMN IF NOT EXISTS note VARCHAR' },
  {
    name: 'rebuilds the table',
    sql: 'BEGIN; CREATE TABLE copied AS FROM transaction; DROP TABLE transaction; ALTER TABLE copied RENAME TO transaction; COMMIT',
  },
  { name: 'makes an index', sql: 'CREATE INDEX IF NOT EXISTS own ON transaction (user_id)' },
  { name: 'drops the index', sql: 'DROP INDEX IF EXISTS own' },
];

export const meddlingsOf = (service: RunningSentinel, dataFolder: string): Fault[] => [
  ...meddlings.map(({ name, sql }) => ({
    name: `a colleague ${name}`,
    victim: 'the service',
    async happen() {
      await service.kill('SIGKILL');
      await withFile(dataFolder, async (run) => run(sql).catch(() => undefined));
      await startAgain(service);
    },
  })),
  {
    name: 'the DuckDB file is open elsewhere at the start',
    victim: 'the service',
    async happen(random: Random) {
      await service.kill('SIGKILL');
      const held = withFile(dataFolder, () => sleep(oneOf(random, [500, heldMs])));
      await startAgain(service);
      await held;
    },
  },
];

async function withFile(
  dataFolder: string,
  work: (run: (sql: string) => Promise<unknown>) => Promise<unknown>,
) {
  const instance = await DuckDBInstance.create(join(dataFolder, 'warehouse.duckdb'));
  const connection = await instance.connect();
  try {
    await work((sql) => connection.run(sql));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
