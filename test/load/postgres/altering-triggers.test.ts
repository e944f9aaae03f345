import { describe, expect, it } from 'vitest';
import type { OpenDestination, Row } from '../../../src/load/destination.ts';
import { row } from '../../conformance/destination.ts';
import { withoutPostgres } from '../../helpers/postgres.ts';
import { plain, plainRowOf, postgresForTests } from './support.ts';

const plainRow = (values: Row['values']) => row(values, plainRowOf);

/** What a person's trigger may do to a row. */
const trigger = (body: string, when = 'BEFORE INSERT') => `
  CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;
  CREATE TRIGGER meddle ${when} ON plain FOR EACH ROW EXECUTE FUNCTION meddle()`;

describe.skipIf(withoutPostgres())('a table that changes what is written into it', () => {
  const postgres = postgresForTests();

  async function prepared(statement: string) {
    const schema = postgres.nextSchema();
    const destination = await postgres.open(schema);
    await destination.prepare([plain]);
    const alter = (sql: string) =>
      postgres.server.run(
        `SET search_path TO "${schema}"; ${sql.replaceAll(/(UPDATE|INTO) plain/g, `$1 "${schema}".plain`)}`,
      );
    await alter(statement);
    const stored = async () =>
      (await destination.query!('SELECT event_id, note, ratio FROM plain ORDER BY event_id')).rows;
    return { destination, alter, stored };
  }

  const settle = async (destination: OpenDestination, ...rows: Row[]) =>
    (await destination.settle({ rows, letters: [] })).rows;

  const round = 'NEW.ratio := round(NEW.ratio); RETURN NEW;';

  it.each<[string, string, string]>([
    ['before', trigger(round), 'ratio'],
    [
      'after',
      trigger(
        'UPDATE plain SET ratio = 13 WHERE _request_id = NEW._request_id; RETURN NULL;',
        'AFTER INSERT',
      ),
      'ratio',
    ],
    [
      'at the commit',
      trigger(
        'UPDATE plain SET ratio = 13 WHERE _request_id = NEW._request_id; RETURN NULL;',
        'AFTER INSERT',
      ).replace(
        'CREATE TRIGGER meddle AFTER INSERT ON plain',
        'CREATE CONSTRAINT TRIGGER meddle AFTER INSERT ON plain DEFERRABLE INITIALLY DEFERRED',
      ),
      'ratio',
    ],
    ['by filling what is absent', trigger(`NEW.count := 0; RETURN NEW;`), 'count'],
    ['in what is ours', trigger(`NEW._source := upper(NEW._source); RETURN NEW;`), '_source'],
    ['by taking another id', trigger(`NEW._request_id := gen_random_uuid(); RETURN NEW;`), '_request_id'],
    [
      'by its case',
      `CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      ALTER TABLE plain ALTER note TYPE text COLLATE nocase; ${trigger(`NEW.note := lower(NEW.note); RETURN NEW;`)}`,
      'note',
    ],
  ])('%s the row is in has the batch wait, and loads nothing', async (_, statement, column) => {
    const { destination, alter, stored } = await prepared(statement);
    const sent = plainRow({ event_id: 'a', ratio: 12.75, note: 'Some' });
    const waits = settle(destination, sent);
    await expect(waits).rejects.toMatchObject({ retryable: true, code: 'destination_unavailable' });
    await expect(waits).rejects.toThrow(
      new RegExp(`table plain stores other values.* column ${column}.*triggers: meddle`),
    );
    expect(await stored()).toEqual([]);
    await alter('DROP TRIGGER meddle ON plain');
    expect(await settle(destination, sent)).toEqual([{ status: 'loaded' }]);
    expect(await stored()).toEqual([['a', 'Some', 12.75]]);
  });

  it.each<[string, string, string]>([
    ['keeps', 'RETURN NULL;', 'BEFORE DELETE'],
    ['puts back', 'INSERT INTO plain SELECT (OLD).*; RETURN NULL;', 'AFTER DELETE'],
  ])(
    '%s a row that is to be replaced has the batch wait: its event would be nowhere',
    async (_, body, when) => {
      const { destination, alter, stored } = await prepared('SELECT');
      await destination.prepare([{ ...plain, onRepeat: 'replace' }]);
      await settle(destination, plainRow({ event_id: 'a', ratio: 1 }));
      await alter(trigger(body, when));
      const later = { ...plainRow({ event_id: 'a', ratio: 2 }), receivedAt: Date.now() + 1000 };
      await expect(settle(destination, later)).rejects.toThrow(
        'table plain does not let go of rows that are to be taken out: a trigger or a rule keeps them',
      );
      await alter('DROP TRIGGER meddle ON plain');
      expect(await settle(destination, later)).toEqual([{ status: 'loaded' }]);
      expect(await stored()).toEqual([['a', null, 2]]);
    },
  );

  it('refuses the rows that it changes, and loads those that it does not', async () => {
    const { destination, stored } = await prepared(
      trigger(`IF NEW.note = 'raise' THEN RAISE 'no'; END IF; ${round}`),
    );
    const rows = [
      plainRow({ event_id: 'a', ratio: 12.75 }),
      plainRow({ event_id: 'b', ratio: 12 }),
      plainRow({ event_id: 'c', ratio: 1, note: 'raise' }),
      plainRow({ event_id: 'd', ratio: 0.5 }),
      plainRow({ event_id: 'b', ratio: 7 }),
    ];
    const changed = {
      status: 'rejected',
      column: 'ratio',
      reason: expect.stringMatching(/stores another value in column ratio.*triggers: meddle/) as string,
    };
    expect(await settle(destination, ...rows)).toEqual([
      changed,
      { status: 'loaded' },
      { status: 'rejected', reason: 'table plain refuses the row (P0001)' },
      changed,
      { status: 'duplicate' },
    ]);
    expect(await stored()).toEqual([['b', null, 12]]);
    expect(await destination.counts()).toMatchObject({ loaded: 1, duplicate: 1 });
  });

  it.each<[string, string]>([
    [
      'writes elsewhere',
      `CREATE TABLE log (id text); ${trigger("EXECUTE format('INSERT INTO %I.log VALUES (1)', TG_TABLE_SCHEMA); RETURN NEW;")}`,
    ],
    [
      'fills columns of its own',
      `ALTER TABLE plain ADD loaded_at timestamptz; ${trigger('NEW.loaded_at := now(); RETURN NEW;')}`,
    ],
    ['is switched off', `${trigger(round)}; ALTER TABLE plain DISABLE TRIGGER meddle`],
    ['has defaults for absent fields', 'ALTER TABLE plain ALTER count SET DEFAULT 7'],
  ])('is none when its trigger %s', async (_, statement) => {
    const { destination, stored } = await prepared(statement);
    const sent = plainRow({ event_id: 'a', ratio: 12.75, note: 'Some' });
    expect(await settle(destination, sent)).toEqual([{ status: 'loaded' }]);
    expect(await settle(destination, sent)).toEqual([{ status: 'loaded' }]);
    expect(await stored()).toEqual([['a', 'Some', 12.75]]);
    expect((await destination.query!('SELECT count FROM plain')).rows).toEqual([[null]]);
  });

  describe('and a column that is filled from _extra', () => {
    const coupon = { name: 'coupon', type: { kind: 'integer' } } as const;
    const wider = { ...plain, columns: [...plain.columns, coupon] };
    const page = { table: 'plain', field: 'coupon', column: coupon, limit: 10 };

    async function withExtras(statement: string) {
      const under = await prepared('SELECT 1');
      const extra = { coupon: 7 };
      const rows = ['a', 'b'].map((id) => row({ event_id: id, ratio: 12.75 }, { ...plainRowOf, extra }));
      await settle(under.destination, ...rows);
      await under.destination.prepare([wider]);
      await under.alter(statement);
      const filled = async () =>
        (await under.destination.query!('SELECT ratio, coupon, _extra FROM plain ORDER BY event_id')).rows;
      return { ...under, filled };
    }

    it.each<[string, string, string]>([
      ['the value that is moved', trigger('NEW.coupon := 0; RETURN NEW;', 'BEFORE UPDATE'), 'coupon'],
      ['another value of the row', trigger(round, 'BEFORE UPDATE'), 'ratio'],
      ['what is left', trigger('NEW._extra := OLD._extra; RETURN NEW;', 'BEFORE UPDATE'), '_extra'],
      [
        'the row once it is written',
        trigger(
          'UPDATE plain SET coupon = 8 WHERE _request_id = NEW._request_id AND coupon = 7; RETURN NULL;',
          'AFTER UPDATE',
        ),
        'coupon',
      ],
    ])('changes nothing when a trigger changes %s', async (_, statement, column) => {
      const { destination, alter, filled } = await withExtras(statement);
      const before = await filled();
      await expect(destination.backfill!(page)).rejects.toMatchObject({
        code: 'destination_schema_conflict',
        message: expect.stringMatching(
          new RegExp(`^table plain stores other values.* column ${column}; its triggers: meddle`),
        ) as string,
      });
      expect(await filled()).toEqual(before);
      await alter('ALTER TABLE plain DISABLE TRIGGER meddle');
      expect(await destination.backfill!(page)).toMatchObject({ moved: 2, kept: 0 });
      expect(await filled()).toEqual([
        [12.75, 7, null],
        [12.75, 7, null],
      ]);
    });

    it.each<[string, string]>([
      [
        'passes rows over',
        trigger("IF NEW.event_id = 'a' THEN RETURN NULL; END IF; RETURN NEW;", 'BEFORE UPDATE'),
      ],
      [
        'fills a column of its own',
        `ALTER TABLE plain ADD changed_at timestamptz; ${trigger('NEW.changed_at := now(); RETURN NEW;', 'BEFORE UPDATE')}`,
      ],
    ])('goes on when a trigger %s', async (_, statement) => {
      const { destination, filled } = await withExtras(statement);
      const { moved, kept } = await destination.backfill!(page);
      expect(moved + kept).toBe(2);
      const rows = await filled();
      expect(rows.filter(([, value]) => value === 7)).toHaveLength(moved);
      expect(rows.filter(([, , extra]) => extra !== null)).toHaveLength(kept);
    });
  });

  describe('and rows that are taken out', () => {
    it.each<[string, string]>([
      ['a trigger', trigger('RETURN NULL;', 'BEFORE DELETE')],
      ['a trigger that raises', trigger("RAISE 'no';", 'BEFORE DELETE')],
      [
        'a trigger that puts them back',
        trigger('INSERT INTO plain SELECT OLD.*; RETURN NULL;', 'AFTER DELETE'),
      ],
      ['a rule', 'CREATE RULE meddle AS ON DELETE TO plain DO INSTEAD NOTHING'],
      [
        'a foreign key',
        'CREATE TABLE note (id uuid REFERENCES plain (_request_id)); INSERT INTO note SELECT _request_id FROM plain',
      ],
      [
        'a foreign key that waits for the commit',
        'CREATE TABLE note (id uuid REFERENCES plain (_request_id) DEFERRABLE INITIALLY DEFERRED); INSERT INTO note SELECT _request_id FROM plain',
      ],
    ])('stay whole when %s keeps them, and the table is blamed', async (_, statement) => {
      const { destination, alter, stored } = await prepared('SELECT 1');
      const result = { event_id: 'a', ratio: 12.75 };
      const repair = { healer: 'rule', ruleId: 'r1', original: '{}', plan: '{}', result: '{}' } as const;
      const sent = row(result, { ...plainRowOf, repair });
      await settle(destination, sent);
      await alter(statement);
      const page = { limit: 10, at: Date.now() };
      await expect(destination.withdraw!.byRule('r1', page)).rejects.toMatchObject({
        table: 'plain',
        message: expect.stringMatching(/^table plain does not let go of rows/) as string,
      });
      const { requestId } = sent;
      const erased = { rows: [{ table: 'plain', requestId }], emptied: [requestId], barred: [] };
      await expect(destination.erasing!.remove(erased)).rejects.toMatchObject({ table: 'plain' });
      expect(await stored()).toEqual([['a', null, 12.75]]);
      expect(await destination.find(requestId)).toMatchObject({ status: 'repaired', repair });
      expect((await destination.withdraw!.again('r1', page)).events).toEqual([]);
      expect(await destination.counts()).toMatchObject({ loaded: 1, repaired: 1 });
    });
  });
});
