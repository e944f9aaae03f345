import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../../src/load/destination.ts';
import { createRequestIds } from '../../../src/ingest/request-id.ts';
import { row } from '../../conformance/destination.ts';
import { withoutPostgres } from '../../helpers/postgres.ts';
import { plain, plainRowOf, postgresForTests } from './support.ts';

const makeIds = createRequestIds();

/** Seldom the same key as before, seldom what the table refuses. */
const values = fc.record({
  event_id: fc.oneof(
    { weight: 40, arbitrary: fc.uuid() },
    { weight: 1, arbitrary: fc.constantFrom('a', 'A', 'ä') },
  ),
  note: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\\N', 'a\tb', '\\.', '', 'x\r\ny', 'a\\', 'ä'),
  ),
  at: fc.date({ min: new Date('0001-01-02'), noInvalidDate: true }).map((at) => at.toISOString()),
  ratio: fc.double({ noNaN: true, noDefaultInfinity: true }),
  count: fc.oneof({ weight: 60, arbitrary: fc.maxSafeInteger() }, { weight: 1, arbitrary: fc.constant(-1) }),
  data: fc.jsonValue() as fc.Arbitrary<Row['values'][string]>,
});
const batches = fc.array(fc.array(values, { minLength: 1, maxLength: 12 }), { minLength: 40, maxLength: 40 });

describe.skipIf(withoutPostgres())('rows that are copied straight into their table', () => {
  const postgres = postgresForTests();

  async function tableWith(trigger: string) {
    const schema = postgres.nextSchema();
    const destination = await postgres.open(schema);
    await destination.prepare([plain]);
    const sql = (text: string) => postgres.server.run(`SET search_path TO "${schema}"; ${text}`);
    await sql(`ALTER TABLE plain ADD CHECK (count <> -1); ${trigger}`);
    return {
      settle: async (rows: readonly Row[]) => (await destination.settle({ rows, letters: [] })).rows,
      counts: () => destination.counts(),
      content: () =>
        postgres.server.run(`SELECT plain::text AS text FROM "${schema}".plain ORDER BY _request_id`),
      duplicates: () =>
        postgres.server.run(
          `SELECT request_id, first_request_id FROM "${schema}"._sentinel_duplicates ORDER BY request_id`,
        ),
    };
  }

  it('end as those that are staged first', async () => {
    const direct = await tableWith('');
    // A table with a trigger has its rows staged.
    const staged = await tableWith(`
      CREATE FUNCTION idle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER idle BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION idle()`);
    const [sample] = fc.sample(batches, 1);
    for (const batch of sample!) {
      const id = makeIds(batch.length);
      const make = () =>
        batch.map((some, at) =>
          row(some, { ...plainRowOf, requestId: `${id.slice(0, -4)}${at.toString(16).padStart(4, '0')}` }),
        );
      expect(await direct.settle(make())).toEqual(await staged.settle(make()));
    }
    expect(await direct.content()).toEqual(await staged.content());
    expect(await direct.duplicates()).toEqual(await staged.duplicates());
    expect(await direct.counts()).toEqual(await staged.counts());
  });
});
