import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { OpenDestination, Row, Table } from '../../../src/load/destination.ts';
import { checkPostgres } from '../../../src/load/destinations/postgres/check.ts';
import { openEmbeddedEngine } from '../../../src/engine/embedded/index.ts';
import { erase } from '../../../src/erase/eraser.ts';
import { Refused } from '../../../src/load/refused.ts';
import { createLoadStage } from '../../../src/load/stage.ts';
import { TableFault, settleOrBlame } from '../../../src/load/table-fault.ts';
import { WaitingTables } from '../../../src/load/waiting-tables.ts';
import { createRequestIds } from '../../../src/ingest/request-id.ts';
import { row } from '../../conformance/destination.ts';
import { silent } from '../../helpers/healing.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { withoutPostgres } from '../../helpers/postgres.ts';
import { plain, postgresForTests } from './support.ts';

const other = { ...plain, name: 'other', contract: 'other' };
const makeIds = createRequestIds();
const nextId = () => makeIds(1);
const rowOf = (table: string, id: string, values: Row['values'] = {}) =>
  row({ event_id: id, ...values }, { table, contract: table, requestId: nextId() });

describe.skipIf(withoutPostgres())('one table at fault holds its own events only', () => {
  const postgres = postgresForTests();

  async function started(tables = [plain, other]) {
    const schema = postgres.nextSchema();
    const destination = await postgres.open(schema);
    const refused = new Refused();
    await refused.prepare(destination, tables);
    const loading = createLoadStage({ destination, queueId: 'q', log: silent });
    const waiting = new WaitingTables({ loading, refused, log: silent });
    const sql = (text: string) => postgres.server.run(`SET search_path TO "${schema}"; ${text}`);
    return { destination, waiting, sql, schema };
  }
  const statuses = async (waiting: WaitingTables, ...rows: Row[]) =>
    (await waiting.settle(rows)).map(({ status }) => status);

  /** Holds a lock until it is called. */
  async function lock(schema: string, mode: string) {
    const held = new pg.Client(postgres.server.url());
    await held.connect();
    await held.query(`BEGIN; LOCK TABLE "${schema}".plain IN ${mode} MODE`);
    return async () => {
      await held.query('ROLLBACK');
      await held.end();
    };
  }

  it('when somebody has locked it: what is newer than all that it may hold goes on, rows and letters', async () => {
    const { waiting, schema } = await started();
    const early = rowOf('other', 'early');
    await statuses(waiting, rowOf('plain', 'a'), rowOf('other', 'a'));
    const unlock = await lock(schema, 'ACCESS EXCLUSIVE');
    const [late, locked] = [rowOf('other', 'b'), rowOf('plain', 'b')];
    expect(await statuses(waiting, late, locked, early)).toEqual(['loaded', 'waits', 'waits']);
    expect(waiting.list()).toMatchObject([
      { table: 'plain', error: expect.stringContaining('lock') as string },
    ]);
    const letters = [early.requestId, nextId()].map((requestId) => ({ requestId, round: 0 }));
    expect(await waiting.settleLetters(letters)).toEqual([
      { status: 'waits', table: 'plain' },
      { status: 'written' },
    ]);
    // A copy of what is a row by now; it came late.
    expect(await statuses(waiting, late)).toEqual(['loaded']);
    expect(await waiting.settleWaiting('plain', [locked, early])).toBeUndefined();
    await unlock();
    const again = async () =>
      (await waiting.settleWaiting('plain', [locked, early]))?.map(({ status }) => status);
    await expect.poll(again, { timeout: 10_000 }).toEqual(['loaded', 'loaded']);
    expect(waiting.list()).toEqual([]);
  });

  it('whose rows are hidden: events of other tables are found, and whether one is in it is not guessed', async () => {
    const { destination: owner, schema } = await started();
    const [there, hidden] = [rowOf('other', 'a'), rowOf('plain', 'a')];
    await owner.settle({ rows: [there, hidden], letters: [] });
    await postgres.server.run(`CREATE ROLE finder LOGIN; GRANT ALL ON SCHEMA "${schema}" TO finder;
      GRANT ALL ON ALL TABLES IN SCHEMA "${schema}" TO finder; ALTER TABLE "${schema}".plain ENABLE ROW LEVEL SECURITY`);
    const destination = await postgres.open(schema, { url: postgres.server.url('finder') });
    expect(await destination.find(there.requestId)).toMatchObject({ status: 'loaded', table: 'other' });
    await expect(destination.find(hidden.requestId)).rejects.toThrow(/plain/);

    expect(await destination.unreadable!()).toEqual(['plain']);
    const found = await destination.search!.events({ id: { text: 'a', keys: {} } }, { limit: 9 });
    expect(found.map(({ requestId }) => requestId)).toEqual([there.requestId]);
    const engine = await openEmbeddedEngine({ dir: await temporaryFolder(), writer: 'main' });
    onTestFinished(() => engine.close());
    const loading = createLoadStage({ destination, queueId: 'q', log: silent });
    const parts = {
      state: engine.state,
      tables: () => [plain, other],
      destinations: () => [{ name: 'main', reached: { destination, loading } }],
      stats: () => Promise.resolve([]),
    };
    const erasure = await erase(parts, { path: '/event_id', text: 'a' }, false);
    expect(erasure.destinations).toMatchObject([{ rows: 1, tables: [{ table: 'other', rows: 1 }] }]);
    expect(erasure.unreached).toEqual([
      expect.stringMatching(/^table plain of destination main: it can't be read/),
    ]);
    expect(await destination.find(there.requestId).catch(() => 'unsaid')).toBe('unsaid');
    expect(await owner.find(there.requestId)).toBeUndefined();
  });

  it('when somebody makes an index', async () => {
    const { waiting, schema } = await started();
    const unlock = await lock(schema, 'SHARE');
    expect(await statuses(waiting, rowOf('plain', 'a'), rowOf('other', 'a'))).toEqual(['waits', 'loaded']);
    await unlock();
    expect(await waiting.settleWaiting('plain', [rowOf('plain', 'a')])).toMatchObject([{ status: 'loaded' }]);
  });

  it.each([
    ['fails in a way that is no row’s', "RAISE 'no space' USING ERRCODE = '58030'"],
    ['does what its login may not', "RAISE 'denied' USING ERRCODE = '42501'"],
    ['always collides', "RAISE 'again' USING ERRCODE = '40001'"],
  ])('when its trigger %s', async (_, act) => {
    const { waiting, sql } = await started();
    await sql(`CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${act}; RETURN NEW; END $$;
      CREATE TRIGGER act BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION act()`);
    expect(await statuses(waiting, rowOf('plain', 'a'), rowOf('other', 'a'))).toEqual(['waits', 'loaded']);
    await sql('DROP TRIGGER act ON plain');
    expect(await waiting.settleWaiting('plain', [rowOf('plain', 'a')])).toMatchObject([{ status: 'loaded' }]);
  });

  it('but not when the login may no longer make temporary tables, which every table needs for its duplicates', async () => {
    const { waiting, schema } = await started();
    await postgres.server
      .run(`DO $$ BEGIN CREATE ROLE loader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
      GRANT ALL ON SCHEMA "${schema}" TO loader; GRANT ALL ON ALL TABLES IN SCHEMA "${schema}" TO loader;
      REVOKE TEMP ON DATABASE postgres FROM PUBLIC`);
    onTestFinished(async () => void (await postgres.server.run('GRANT TEMP ON DATABASE postgres TO PUBLIC')));
    const destination = await postgres.open(schema, { url: postgres.server.url('loader') });
    await destination.prepare([plain, other]);
    const rows = [rowOf('plain', 'a'), rowOf('plain', 'a')];
    const settling = settleOrBlame(destination, { rows, letters: [] });
    await expect(settling).rejects.not.toBeInstanceOf(TableFault);
    expect(waiting.list()).toEqual([]);
  });

  it.each([
    [
      'foreign key',
      'ADD CONSTRAINT c FOREIGN KEY (count) REFERENCES parent (q) DEFERRABLE INITIALLY DEFERRED NOT VALID',
      'loaded,rejected,duplicate,loaded',
    ],
    [
      'unique index that no batch with duplicates can use',
      'ADD CONSTRAINT c UNIQUE (count) DEFERRABLE INITIALLY DEFERRED',
      'waits,waits,waits,loaded',
    ],
  ])('when somebody adds a deferred %s', async (_, change, ends) => {
    const { waiting, sql } = await started();
    const first = rowOf('plain', 'e3');
    expect(await statuses(waiting, first)).toEqual(['loaded']);
    await sql(
      `CREATE TABLE parent (q bigint PRIMARY KEY); INSERT INTO parent VALUES (1), (3); ALTER TABLE plain ${change}`,
    );
    const rows = [1, 2, 3].map((count) => rowOf('plain', `e${count}`, { count }));
    expect((await statuses(waiting, ...rows, rowOf('other', 'a'))).join(',')).toBe(ends);
  });

  it('when a session has not committed a row with the key of an event', async () => {
    const { waiting, schema } = await started();
    const held = new pg.Client(postgres.server.url());
    await held.connect();
    await held.query(
      `BEGIN; INSERT INTO "${schema}".plain (event_id, _request_id) VALUES ('a', '${nextId()}')`,
    );
    expect(await statuses(waiting, rowOf('plain', 'a'), rowOf('other', 'a'))).toEqual(['waits', 'loaded']);
    expect(waiting.list()[0]?.error).toMatch(/row of it, is locked by another session/);
    await held.query('ROLLBACK');
    await held.end();
  });

  it('and tables that somebody else has made hold none', async () => {
    const { waiting, destination, sql, schema } = await started();
    const [first] = await waiting.settle([rowOf('plain', 'a')]);
    expect(first).toEqual({ status: 'loaded' });
    await postgres.server
      .run(`DO $$ BEGIN CREATE ROLE loader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
      GRANT ALL ON SCHEMA "${schema}" TO loader; GRANT ALL ON ALL TABLES IN SCHEMA "${schema}" TO loader`);
    await sql('CREATE TABLE my_copy AS SELECT * FROM plain; CREATE TABLE child () INHERITS (plain)');
    await destination.close();
    const own = await postgres.open(schema, { url: postgres.server.url('loader') });
    await own.prepare([plain, other]);
    const id = nextId();
    const { letters } = await own.settle({ rows: [], letters: [{ requestId: id, round: 0 }] });
    expect(letters).toEqual([{ status: 'written' }]);
    expect(await own.find(nextId())).toBeUndefined();
  });

  it('and doctor names it, and asks for no right but those that are needed', async () => {
    const { sql, schema } = await started();
    await postgres.server
      .run(`DO $$ BEGIN CREATE ROLE loader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
      GRANT USAGE ON SCHEMA "${schema}" TO loader; GRANT ALL ON ALL TABLES IN SCHEMA "${schema}" TO loader`);
    const url = postgres.server.url('loader');
    const check = (...tables: Table[]) =>
      checkPostgres({ type: 'postgres', url, schema, poolSize: 2 }, tables);
    expect((await check(plain, other)).warning).toBeUndefined();
    await expect(check({ ...plain, name: 'third' })).rejects.toMatchObject({
      message: expect.stringMatching(/may not create tables/) as string,
    });
    await sql('ALTER TABLE plain ALTER count TYPE numeric');
    expect((await check(plain, other)).warning?.found).toMatch(/table plain takes no rows.*"count"/);
  });

  it('when it can’t be read at the start', async () => {
    const schema = postgres.nextSchema();
    await (await postgres.open(schema)).prepare([plain]);
    const unlock = await lock(schema, 'ACCESS EXCLUSIVE');
    const destination = await postgres.open(schema);
    const refused = new Refused();
    await refused.prepare(destination, [plain, other]);
    const waiting = new WaitingTables({
      loading: createLoadStage({ destination, log: silent }),
      refused,
      log: silent,
    });
    expect(await statuses(waiting, rowOf('plain', 'a'))).toEqual(['waits']);
    await unlock();
  });

  it('whose constraint refuses a row at the commit: that row is refused', async () => {
    const { destination, sql } = await started([{ ...plain, onRepeat: 'replace' }, other]);
    const settle = async (it: OpenDestination, ...rows: Row[]) =>
      (await it.settle({ rows, letters: [] })).rows.map(({ status }) => status);
    await settle(destination, rowOf('plain', 'a'), rowOf('plain', 'b'));
    await sql(`CREATE TABLE item (of uuid REFERENCES plain (_request_id) DEFERRABLE INITIALLY DEFERRED);
      INSERT INTO item SELECT _request_id FROM plain WHERE event_id = 'a'`);
    const again = ['a', 'b'].map((id) => rowOf('plain', id, { note: 'changed' }));
    expect(await settle(destination, ...again, rowOf('other', 'c'))).toEqual([
      'rejected',
      'loaded',
      'loaded',
    ]);
    await sql('ALTER TABLE item ALTER CONSTRAINT item_of_fkey NOT DEFERRABLE');
    expect(await settle(destination, rowOf('plain', 'a', { note: 'changed' }))).toEqual(['rejected']);
  });
});
