import { describe, expect, it } from 'vitest';
import type { Row } from '../../../src/load/destination.ts';
import { row, settleRows } from '../../conformance/destination.ts';
import { withoutPostgres } from '../../helpers/postgres.ts';
import { plain, plainRowOf, postgresForTests } from './support.ts';

const plainRow = (values: Row['values'], change = {}) => row(values, { ...plainRowOf, ...change });

describe.skipIf(withoutPostgres())('rows that PostgreSQL refuses', () => {
  const postgres = postgresForTests();

  async function prepared() {
    const schema = postgres.nextSchema();
    const destination = await postgres.open(schema);
    await destination.prepare([plain]);
    return { destination, schema };
  }

  it.each<[string, Row, string]>([
    ['a NUL in text', plainRow({ note: 'a\0b' }), 'note'],
    ['a NUL in JSON', plainRow({ data: { a: ['\0'] } }), 'data'],
    ['half of a surrogate pair in text', plainRow({ note: 'a\ud800' }), 'note'],
    ['half of a surrogate pair in JSON', plainRow({ data: ['\udfff'] }), 'data'],
    ['a NUL in an undeclared field', plainRow({}, { extra: { x: '\0' } }), '_extra'],
    ['an integer beyond 64 bits', plainRow({ count: '9223372036854775808' }), 'count'],
    ['the same as a number', plainRow({ count: 1e300 }), 'count'],
    ['a number that underflows', plainRow({ ratio: '1e-400' }), 'ratio'],
    ['a number that a float rounds', plainRow({ ratio: '820982911946154508' }), 'ratio'],
    ['the 29th of February of a common year', plainRow({ at: '1900-02-29T00:00:00Z' }), 'at'],
    ['the 60th second', plainRow({ at: '2016-12-31T23:59:60Z' }), 'at'],
    ['year 0', plainRow({ at: '0000-01-01T00:00:00Z' }), 'at'],
    ['a zone that nobody has', plainRow({ at: '2026-01-01T00:00:00+16:00' }), 'at'],
    ['a key that no index holds', plainRow({ event_id: 'k'.repeat(2001) }), 'event_id'],
  ])('are found before they are sent: %s', async (_, bad, column) => {
    const { destination } = await prepared();
    const outcomes = await settleRows(destination, [plainRow({ event_id: 'good' }), bad]);
    expect(outcomes).toMatchObject([{ status: 'loaded' }, { status: 'rejected', column }]);
    expect(await destination.counts()).toMatchObject({ loaded: 1 });
  });

  it.each<[string, Row['values'], string, unknown]>([
    ['text that looks like COPY’s own signs', { note: '\\N' }, 'note', '\\N'],
    ['tabs, line ends and backslashes', { note: 'a\tb\nc\r\\.\\d' }, 'note', 'a\tb\nc\r\\.\\d'],
    ['an empty text', { note: '' }, 'note', ''],
    ['every language', { note: '日本語 🎉 ä' }, 'note', '日本語 🎉 ä'],
    ['a backslash before u0000 in JSON', { data: { a: '\\u0000' } }, 'data', { a: '\\u0000' }],
    ['JSON null within JSON', { data: [null] }, 'data', [null]],
    ['the 29th of February', { at: '2000-02-29T23:59:59Z' }, 'at', '2000-02-29T23:59:59Z'],
    [
      'digits beyond microseconds, cut off',
      { at: '2026-01-01T00:00:00.9999999Z' },
      'at',
      '2026-01-01T00:00:00.999999Z',
    ],
    ['an instant in another zone', { at: '2026-01-01t00:30:00+01:00' }, 'at', '2025-12-31T23:30:00Z'],
    ['a number as text', { ratio: '-12.50' }, 'ratio', -12.5],
    ['the smallest number', { ratio: 5e-324 }, 'ratio', 5e-324],
    ['the largest integer', { count: '9223372036854775807' }, 'count', '9223372036854775807'],
    ['a key that just fits', { event_id: 'é'.repeat(1000) }, 'event_id', 'é'.repeat(1000)],
  ])('are not those with %s', async (_, values, column, stored) => {
    const { destination } = await prepared();
    expect(await settleRows(destination, [plainRow({ event_id: 'a', ...values })])).toEqual([
      { status: 'loaded' },
    ]);
    expect((await destination.query!(`SELECT "${column}" FROM plain`)).rows).toEqual([[stored]]);
  });

  it('for a rule that somebody has made there do not keep the others out, and are named without their values', async () => {
    const { destination, schema } = await prepared();
    await postgres.server.run(`
      ALTER TABLE "${schema}".plain ADD CONSTRAINT not_secret CHECK (note <> 'secret'), ALTER count SET NOT NULL,
        ALTER count SET DEFAULT 0;
      CREATE UNIQUE INDEX one_ratio ON "${schema}".plain (ratio);
      CREATE FUNCTION "${schema}".watch() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.note = 'swallowed' THEN RETURN NULL; END IF;
          IF NEW.note = 'raised' THEN RAISE EXCEPTION 'no %', NEW.note; END IF;
          RETURN NEW;
        END $$;
      CREATE TRIGGER watch BEFORE INSERT ON "${schema}".plain FOR EACH ROW EXECUTE FUNCTION "${schema}".watch()`);
    const good = Array.from({ length: 50 }, (_, i) => plainRow({ event_id: `good ${i}`, count: i }));
    const outcomes = await settleRows(destination, [
      plainRow({ event_id: 'a', count: 1, note: 'secret' }),
      ...good,
      plainRow({ event_id: 'b' }),
      plainRow({ event_id: 'c', count: 1, ratio: 5 }),
      plainRow({ event_id: 'd', count: 1, ratio: 5 }),
      plainRow({ event_id: 'e', count: 1, note: 'swallowed' }),
      plainRow({ event_id: 'f', count: 1, note: 'raised' }),
      plainRow({ event_id: 'good 7', count: 1 }),
    ]);
    expect(outcomes.slice(1, 51).every(({ status }) => status === 'loaded')).toBe(true);
    expect([outcomes[0], ...outcomes.slice(51)]).toEqual([
      { status: 'rejected', reason: 'the constraint not_secret of table plain refuses the row (23514)' },
      { status: 'rejected', column: 'count', reason: 'column count of table plain refuses the row (23502)' },
      { status: 'loaded' },
      { status: 'rejected', reason: 'the constraint one_ratio of table plain refuses the row (23505)' },
      { status: 'rejected', reason: 'a trigger of table plain does not let the row in' },
      { status: 'rejected', reason: 'table plain refuses the row (P0001)' },
      { status: 'duplicate' },
    ]);
    expect(await destination.counts()).toMatchObject({ loaded: 51, repaired: 0, duplicate: 1 });
  });

  it('are told from tables that can’t be made: names, keys, and rows that share a key already', async () => {
    const { destination, schema } = await prepared();
    const named = (name: string) => ({
      ...plain,
      columns: [...plain.columns, { name, type: { kind: 'string' as const } }],
    });
    await expect(destination.prepare([named('n'.repeat(64))])).rejects.toMatchObject({
      code: 'destination_schema_conflict',
      message: /63 bytes/,
    });
    await expect(destination.prepare([named('xmin')])).rejects.toMatchObject({
      code: 'destination_schema_conflict',
      message: /xmin/,
    });
    await expect(destination.prepare([{ ...plain, name: '_Sentinel_x' }])).rejects.toThrow(
      /Data Sentinel's own/,
    );
    await postgres.server.run(
      `CREATE TABLE "${schema}".old AS SELECT 'a'::text AS event_id FROM generate_series(1, 2)`,
    );
    await expect(destination.prepare([{ ...plain, name: 'old' }])).rejects.toMatchObject({
      code: 'destination_schema_conflict',
      message: /"old" holds rows that share a key/,
    });
  });

  it('go by the new key when the contract’s key changes', async () => {
    const { destination } = await prepared();
    await settleRows(destination, [plainRow({ event_id: 'a', note: 'x' })]);
    await destination.prepare([{ ...plain, key: ['/note'] }]);
    const again = [plainRow({ event_id: 'a', note: 'y' }), plainRow({ event_id: 'b', note: 'x' })];
    expect((await settleRows(destination, again)).map(({ status }) => status)).toEqual([
      'loaded',
      'duplicate',
    ]);
  });
});
