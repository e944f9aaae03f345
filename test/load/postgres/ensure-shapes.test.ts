import { describe, expect, it } from 'vitest';
import pg from 'pg';
import { ShapeChanged } from '../../../src/load/destinations/postgres/errors.ts';
import { ensureShapes } from '../../../src/load/destinations/postgres/ensure-shapes.ts';
import { knowTable } from '../../../src/load/destinations/postgres/known-table.ts';
import { LineStore } from '../../../src/load/destination-kit/line-store.ts';
import { clientConfig } from '../../../src/load/destinations/postgres/session.ts';
import { holdShape } from '../../../src/load/destinations/postgres/shape.ts';
import { withoutPostgres } from '../../helpers/postgres.ts';
import { plain, postgresForTests } from './support.ts';

/** Changes between any two statements of the look; each is taken back afterwards. */
const changes: [string, string, string][] = [
  [
    'the unique indexes are dropped',
    `DO $$ DECLARE i text; BEGIN
       FOR i IN SELECT indexname FROM pg_indexes WHERE tablename = 'plain' AND schemaname = current_schema()
       LOOP EXECUTE format('DROP INDEX %I', i); END LOOP; END $$`,
    '',
  ],
  [
    'another table is put in its place',
    `BEGIN; ALTER TABLE plain RENAME TO away; CREATE TABLE plain (LIKE away);
     ALTER TABLE plain ALTER ratio TYPE real; COMMIT`,
    'BEGIN; DROP TABLE plain; ALTER TABLE away RENAME TO plain; COMMIT',
  ],
];

describe.skipIf(withoutPostgres())('the look at a table', () => {
  const postgres = postgresForTests();

  it.each(changes)(
    'whenever it happens that %s, no load takes the table for one that was looked at',
    async (_, change, undo) => {
      const schema = postgres.nextSchema();
      await (await postgres.open(schema)).prepare([plain]);
      const inSchema = (sql: string) => postgres.server.run(`SET search_path TO "${schema}"; ${sql}`);
      const [looking, loading] = [0, 1].map(
        () => new pg.Client(clientConfig(postgres.server.url(), 'test')),
      ) as [pg.Client, pg.Client];
      await Promise.all([looking.connect(), loading.connect()]);
      const query = looking.query.bind(looking) as (...args: unknown[]) => Promise<unknown>;
      try {
        for (let before = 1, isOver = false; !isOver; before++) {
          let statements = 0;
          isOver = true;
          looking.query = (async (...args: unknown[]) => {
            const answer = await query(...args);
            if (++statements === before) {
              isOver = false;
              await inSchema(change);
            }
            return answer;
          }) as typeof looking.query;
          await query('BEGIN');
          const outcome = await ensureShapes(looking, schema, [plain], true).catch((error: unknown) => error);
          await query('COMMIT');
          if (isOver) break;
          if (Array.isArray(outcome)) {
            const table = knowTable(schema, plain, outcome[0], new LineStore());
            const isHeld = await holdShape(loading, schema, table).then(
              () => true,
              (error: unknown) => {
                expect(error).toBeInstanceOf(ShapeChanged);
                return false;
              },
            );
            const { rows } = await loading.query<{ n: string }>(
              `SELECT count(*) AS n FROM pg_index WHERE indrelid = '"${schema}".plain'::regclass AND indisunique`,
            );
            if (isHeld) expect(Number(rows[0]!.n)).toBe(2);
          }
          await inSchema(undo);
          await query('BEGIN');
          looking.query = query as typeof looking.query;
          await ensureShapes(looking, schema, [plain], true);
          await query('COMMIT');
          expect(before).toBeLessThan(100);
        }
      } finally {
        await Promise.all([looking.end(), loading.end()]);
      }
    },
  );
});
