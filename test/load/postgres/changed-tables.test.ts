import { describe, expect, it } from 'vitest';
import type { OpenDestination, Row } from '../../../src/load/destination.ts';
import { row } from '../../conformance/destination.ts';
import { withoutPostgres } from '../../helpers/postgres.ts';
import { plain, plainRowOf, postgresForTests } from './support.ts';

const plainRow = (values: Row['values']) => row(values, plainRowOf);

describe.skipIf(withoutPostgres())('a table that somebody changes while the service runs', () => {
  const postgres = postgresForTests();

  async function prepared() {
    const schema = postgres.nextSchema();
    const destination = await postgres.open(schema);
    await destination.prepare([plain]);
    const alter = (statement: string) => postgres.server.run(`SET search_path TO "${schema}"; ${statement}`);
    const count = async () => (await destination.query!('SELECT count(*) FROM plain')).rows[0]![0];
    await settle(destination, plainRow({ event_id: 'before', ratio: 1.5 }));
    return { destination, alter, count };
  }

  const settle = async (destination: OpenDestination, ...rows: Row[]) =>
    (await destination.settle({ rows, letters: [] })).rows.map(({ status }) => status);

  it.each<[string, string, RegExp]>([
    [
      'a number column to integer',
      'ALTER TABLE plain ALTER ratio TYPE integer USING ratio::int',
      /"ratio".*integer/,
    ],
    ['a text column to a shorter one', 'ALTER TABLE plain ALTER note TYPE varchar(3)', /"note"/],
    [
      'a time to one without a zone',
      "ALTER TABLE plain ALTER at TYPE timestamp USING at AT TIME ZONE 'UTC'",
      /"at"/,
    ],
    [
      'a column that must be filled',
      'DELETE FROM plain; ALTER TABLE plain ADD req int NOT NULL',
      /"req".*NOT NULL/,
    ],
    [
      'the key’s index, and rows that share a key',
      `ALTER TABLE plain DISABLE TRIGGER ALL; DO $$ DECLARE i text; BEGIN
         FOR i IN SELECT indexname FROM pg_indexes WHERE tablename = 'plain' AND schemaname = current_schema()
         LOOP EXECUTE format('DROP INDEX %I', i); END LOOP; END $$;
       INSERT INTO plain SELECT * FROM plain`,
      /share a key/,
    ],
  ])('has rows wait, and says why: %s', async (_, statement, why) => {
    const { destination, alter } = await prepared();
    await alter(statement);
    const wait = settle(destination, plainRow({ event_id: 'after', ratio: 12.75, note: 'more than three' }));
    await expect(wait).rejects.toMatchObject({
      retryable: true,
      message: expect.stringMatching(why) as string,
    });
  });

  it('loads again, exactly, once it is mended', async () => {
    const { destination, alter } = await prepared();
    await alter('ALTER TABLE plain ALTER ratio TYPE integer USING ratio::int');
    const after = plainRow({ event_id: 'after', ratio: 12.75 });
    await expect(settle(destination, after)).rejects.toMatchObject({ code: 'destination_schema_conflict' });
    await alter('ALTER TABLE plain ALTER ratio TYPE double precision');
    expect(await settle(destination, after)).toEqual(['loaded']);
    const { rows } = await destination.query!(`SELECT ratio FROM plain WHERE event_id = 'after'`);
    expect(rows).toEqual([[12.75]]);
  });

  it.each<[string, string]>([
    ['its indexes are dropped', 'DROP INDEX'],
    [
      'it is swapped for a copy without indexes',
      'CREATE TABLE copy AS SELECT * FROM plain; DROP TABLE plain; ALTER TABLE copy RENAME TO plain',
    ],
  ])('has no event twice when %s', async (_, change) => {
    const { destination, alter, count } = await prepared();
    await alter(
      change === 'DROP INDEX'
        ? `DO $$ DECLARE i text; BEGIN
             FOR i IN SELECT indexname FROM pg_indexes WHERE tablename = 'plain' AND schemaname = current_schema()
             LOOP EXECUTE format('DROP INDEX %I', i); END LOOP; END $$`
        : change,
    );
    expect(await settle(destination, plainRow({ event_id: 'k' }), plainRow({ event_id: 'k' }))).toEqual([
      'loaded',
      'duplicate',
    ]);
    expect(await count()).toBe(2);
  });

  it('may get columns, views and indexes of its own', async () => {
    const { destination, alter } = await prepared();
    await alter('ALTER TABLE plain ADD remark text, ADD loaded_at timestamptz NOT NULL DEFAULT now()');
    await alter('CREATE INDEX mine ON plain (note); CREATE VIEW v AS SELECT note FROM plain');
    expect(await settle(destination, plainRow({ event_id: 'after' }))).toEqual(['loaded']);
  });

  it('may be renamed: the next rows go to a new one, with indexes of its own', async () => {
    const { destination, alter, count } = await prepared();
    for (const year of [2024, 2025]) {
      await alter(`ALTER TABLE plain RENAME TO plain_${year}`);
      await settle(destination, plainRow({ event_id: 'k' })).catch(() => undefined);
      expect(await settle(destination, plainRow({ event_id: 'k' }), plainRow({ event_id: 'l' }))).toContain(
        'loaded',
      );
      expect(await settle(destination, plainRow({ event_id: 'k' }))).toEqual(['duplicate']);
      expect(await count()).toBe(2);
    }
  });

  it('that refuses every row in the same way is to blame, not the rows', async () => {
    const { destination, alter } = await prepared();
    await alter(`CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'closed'; END $$;
      CREATE TRIGGER no BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION no()`);
    const many = Array.from({ length: 500 }, (_, n) => plainRow({ event_id: `e${n}` }));
    await expect(settle(destination, ...many)).rejects.toMatchObject({
      retryable: true,
      message: expect.stringMatching(/every row for table plain/) as string,
    });
    await alter('DROP TRIGGER no ON plain');
    expect(new Set(await settle(destination, ...many))).toEqual(new Set(['loaded']));
  });
});
