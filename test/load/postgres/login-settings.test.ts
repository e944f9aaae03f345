import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { letterColumnNames, type LetterRow } from '../../../src/load/letter-table.ts';
import { row } from '../../conformance/destination.ts';
import { withoutPostgres } from '../../helpers/postgres.ts';
import { plain, plainRowOf, postgresForTests } from './support.ts';

describe.skipIf(withoutPostgres())('what others set for a login or a database', () => {
  const postgres = postgresForTests();

  const letter = (id: string, fields: Partial<LetterRow>): LetterRow => ({
    ...(Object.fromEntries(letterColumnNames.map((name) => [name, null])) as LetterRow),
    id,
    status: 'open',
    ...fields,
  });

  it('changes nothing of what is stored', async () => {
    const schema = postgres.nextSchema();
    await postgres.server.run(`CREATE ROLE odd LOGIN SUPERUSER; ALTER ROLE odd SET quote_all_identifiers = on;
      ALTER ROLE odd SET array_nulls = off; ALTER ROLE odd SET standard_conforming_strings = off;
      ALTER ROLE odd SET transform_null_equals = on; ALTER ROLE odd SET DateStyle = 'German'`);
    const destination = await postgres.open(schema, { url: postgres.server.url('odd') });
    await destination.prepare([plain]);
    // Known from before, too.
    await destination.prepare([plain]);
    const values = { event_id: "a\\' OR 1", at: '2026-03-04T05:06:07Z', data: { b: '\\"' } };
    const rows = [row(values, plainRowOf), row(values, plainRowOf)];
    expect((await destination.settle({ rows, letters: [] })).rows.map(({ status }) => status)).toEqual([
      'loaded',
      'duplicate',
    ]);
    expect(await destination.find(rows[0]!.requestId)).toMatchObject({ status: 'loaded' });
    await destination.letterTable!.write([letter('x', { reason: "a\\'" })], []);
    const stored = await postgres.server.run(
      `SELECT p.event_id, extract(epoch FROM p.at)::int AS at, p.note, d.reason, d.step
       FROM "${schema}".plain p, "${schema}"._sentinel_dead_letters d`,
    );
    expect(stored).toMatchObject([
      { event_id: "a\\' OR 1", at: Date.parse(values.at) / 1000, note: null, reason: "a\\'", step: null },
    ]);
  });

  it('an encoding without a letter’s characters keeps the letter, and no other one out of the table', async () => {
    await postgres.server.run(
      `CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`,
    );
    const url = postgres.server.url().replace(/\/postgres(?=$|\?)/, '/latin');
    const destination = await postgres.open('latin', { url, queryUrl: url });
    await destination.prepare([plain]);
    const settled = await destination.settle({
      rows: [row({ event_id: 'é' }, plainRowOf), row({ event_id: '€' }, plainRowOf)],
      letters: [],
    });
    expect(settled.rows).toMatchObject([
      { status: 'loaded' },
      { status: 'rejected', reason: expect.stringMatching(/encoding of the database/) as string },
    ]);
    const letters = [letter('a', { event: '{"x":"é"}' }), letter('b', { event: '{"x":"€ 5"}', reason: '€' })];
    // Which of several it is, the caller finds out.
    await expect(destination.letterTable!.write(letters, [])).rejects.toThrow();
    for (const one of letters) await destination.letterTable!.write([one], []);
    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query(
      `SELECT event ->> 'x' AS x, reason FROM latin._sentinel_dead_letters ORDER BY id`,
    );
    await client.end();
    expect(rows).toEqual([
      { x: 'é', reason: null },
      { x: '? 5', reason: '?' },
    ]);
  });

  it('a table of the bookkeeping that is dropped is made anew by whoever asks', async () => {
    const schema = postgres.nextSchema();
    const destination = await postgres.open(schema);
    await destination.prepare([plain]);
    const one = row({ event_id: 'a' }, plainRowOf);
    await destination.settle({ rows: [one], letters: [] });
    await postgres.server.run(`DROP TABLE "${schema}"._sentinel_contracts`);
    expect(await destination.find(one.requestId)).toMatchObject({ status: 'loaded', table: 'plain' });
    expect(await destination.search!.events({}, { limit: 9 })).toHaveLength(1);
  });
});
