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
    return { destination, alter, count, schema };
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
    [
      'the key to a collation that knows no case',
      `CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
       ALTER TABLE plain ALTER event_id TYPE text COLLATE ci`,
      /"event_id".*collation/,
    ],
    ['a column that is smaller', 'ALTER TABLE plain ALTER count TYPE smallint', /"count".*smallint/],
    ['another type of text', 'ALTER TABLE plain ALTER data TYPE text', /"data".*text/],
    ['a number of fewer digits', 'ALTER TABLE plain ALTER ratio TYPE numeric(4,1)', /"ratio".*numeric/],
    ['a domain', 'CREATE DOMAIN word AS text; ALTER TABLE plain ALTER note TYPE word', /"note".*word/],
    [
      'a view in its place',
      'ALTER TABLE plain RENAME TO t; CREATE VIEW plain AS TABLE t',
      /"plain" is a view/,
    ],
    ['a table that a crash empties', 'ALTER TABLE plain SET UNLOGGED', /UNLOGGED/],
    [
      'a rule',
      'CREATE RULE r AS ON INSERT TO plain DO INSTEAD NOTHING',
      /table "plain" has rules \(r\), which change what is loaded/,
    ],
    ['a rule beside', 'CREATE RULE r AS ON DELETE TO plain DO ALSO SELECT 1', /has rules \(r\)/],
    [
      'a generated column',
      'ALTER TABLE plain DROP ratio, ADD ratio double precision GENERATED ALWAYS AS (1.5) STORED',
      /"ratio".*is generated/,
    ],
    [
      'a column of its key that is renamed',
      'ALTER TABLE plain RENAME event_id TO eid',
      /"event_id".*loaded twice/,
    ],
    ['a column of its key that is dropped', 'ALTER TABLE plain DROP event_id', /"event_id".*loaded twice/],
    ['the request id renamed', 'ALTER TABLE plain RENAME _request_id TO rid', /"_request_id".*loaded twice/],
    [
      'a partitioned table',
      'DROP TABLE plain; CREATE TABLE plain (event_id text, at timestamptz) PARTITION BY RANGE (at)',
      /PostgreSQL refuses the table: unique constraint on partitioned table/,
    ],
    [
      'the record of how events ended dropped',
      'DROP TABLE _sentinel_outcomes',
      /_sentinel_outcomes.*put it back/,
    ],
    [
      'a column of that record renamed',
      'ALTER TABLE _sentinel_outcomes RENAME outcome TO oc',
      /_sentinel_outcomes.*has lost its column outcome: put it back/,
    ],
    [
      'a column of the counts dropped',
      'ALTER TABLE _sentinel_counters DROP loaded',
      /_sentinel_counters.*has lost its column loaded/,
    ],
    [
      'its schema moved',
      `DO $$ BEGIN EXECUTE format('ALTER SCHEMA %I RENAME TO %I', current_schema(), current_schema() || ' moved'); END $$`,
      /schema test.*moved or dropped/,
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
    await expect(settle(destination, after)).rejects.toMatchObject({ table: 'plain' });
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

  it('has rows wait whose key’s column has the name of another one at the start', async () => {
    const { alter, schema } = await prepared();
    await alter('ALTER TABLE plain RENAME event_id TO eid');
    const restarted = await postgres.open(schema);
    await expect(restarted.prepare([plain])).rejects.toMatchObject({
      code: 'destination_schema_conflict',
      message: expect.stringMatching(/"event_id".*was renamed/) as string,
    });
  });

  it.each<[string, string, RegExp]>([
    ['may not write it', 'REVOKE INSERT ON plain FROM loader', /permission denied for table plain/],
    ['may not read it', 'REVOKE SELECT ON plain FROM loader', /permission denied for table plain/],
    ['does not own it', 'ALTER TABLE plain OWNER TO postgres', /permission denied for table plain/],
    [
      'sees a part of it',
      'ALTER TABLE plain ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
      /row-level security policy for table "plain"/,
    ],
  ])('has rows wait, and says why, where the login %s', async (_, statement, why) => {
    const schema = postgres.nextSchema();
    await postgres.server
      .run(`DO $$ BEGIN CREATE ROLE loader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
      GRANT CREATE ON DATABASE postgres TO loader; CREATE SCHEMA "${schema}" AUTHORIZATION loader`);
    const destination = await postgres.open(schema, { url: postgres.server.url('loader') });
    await destination.prepare([plain]);
    expect(await settle(destination, plainRow({ event_id: 'before' }))).toEqual(['loaded']);
    await postgres.server.run(`SET search_path TO "${schema}"; ${statement}`);
    await expect(settle(destination, plainRow({ event_id: 'after' }))).rejects.toMatchObject({
      retryable: true,
      message: expect.stringMatching(why) as string,
    });
  });

  it('may be emptied, or get an owner', async () => {
    const { destination, alter, count } = await prepared();
    await alter(
      'TRUNCATE plain; ALTER TABLE plain OWNER TO reader; ALTER TABLE plain ENABLE ROW LEVEL SECURITY',
    );
    expect(await settle(destination, plainRow({ event_id: 'after' }))).toEqual(['loaded']);
    expect(await count()).toBe(1);
  });

  it('gets a column again that was renamed or dropped', async () => {
    const { destination, alter } = await prepared();
    await alter('ALTER TABLE plain RENAME note TO remark; ALTER TABLE plain DROP ratio');
    await settle(destination, plainRow({ event_id: 'after', note: 'n', ratio: 12.75 }));
    const { rows } = await destination.query!(`SELECT note, ratio FROM plain WHERE event_id = 'after'`);
    expect(rows).toEqual([['n', 12.75]]);
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
