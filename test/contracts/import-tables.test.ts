import { describe, expect, it } from 'vitest';
import { importContracts } from '../../src/contracts/import/index.ts';
import { accepts, columnsOf, compiled, imported } from './imported.ts';

describe('import of tables', () => {
  it('takes all columns and the key after a comparison, and the key is never null', () => {
    const [table] = importContracts(
      `CREATE TABLE t (n int CHECK (n > 0 AND n < 9), tags ARRAY<STRUCT<a INT64>>, id bigint, CONSTRAINT pk PRIMARY KEY (id));`,
      't.sql',
    );
    expect(table).toMatchObject({ key: ['id'], schema: { required: ['id'] } });
    expect(table!.schema['properties']).toMatchObject({ n: {}, tags: {}, id: { type: 'integer' } });
  });

  it('takes CREATE TABLE of several databases', () => {
    const { orders } = imported(
      `-- the orders; of the shop
       CREATE TABLE IF NOT EXISTS shop."orders" (
         id bigint PRIMARY KEY, total numeric(12, 2) NOT NULL, note varchar(20),
         status text NOT NULL CHECK (status IN ('open', 'it''s paid')), tags text[],
         at timestamp(3) with time zone NOT NULL DEFAULT now(), doc jsonb,
         CONSTRAINT positive CHECK (total > 0));`,
      'orders.sql',
    );
    expect(orders!.key).toEqual(['/id']);
    expect(columnsOf(orders!)).toEqual({
      id: 'integer',
      total: 'decimal(12,2)',
      note: 'string',
      status: 'string',
      tags: 'json',
      at: 'datetime',
      doc: 'json',
    });
    const row = { id: 1, total: 1.25, status: "it's paid" };
    expect([
      accepts(orders, row),
      accepts(orders, { ...row, note: 'x'.repeat(21) }),
      accepts(orders, { ...row, status: 'void' }),
      accepts(orders, { id: 1, status: 'open' }),
    ]).toEqual([true, false, false, false]);
  });

  it('refuses a statement that is not closed', () => {
    for (const text of ['CREATE TABLE orders (id bigint', "CREATE TABLE orders (state text DEFAULT 'open)"])
      expect(() => importContracts(text, 'orders.sql')).toThrow(
        'CREATE TABLE orders is not closed: a ) is missing, or a quote',
      );
  });

  it('takes dbt models, with their tests', () => {
    const { orders } = imported(`
models:
  - name: orders
    columns:
      - { name: id, data_type: bigint, data_tests: [unique, not_null] }
      - name: status
        data_type: text
        tests: [{ accepted_values: { values: [open, paid] } }]
      - { name: total, data_type: 'numeric(10,2)', constraints: [{ type: not_null }] }`);
    expect(orders!.key).toEqual(['/id']);
    expect([
      accepts(orders, { id: 1, total: 2.5, status: null }),
      accepts(orders, { id: 1, total: 2.5, status: 'void' }),
      accepts(orders, { id: 1 }),
    ]).toEqual([true, false, false]);
  });

  it.each([
    ['amount MONEY', 'decimal(19,4)', 0.0001],
    ['n NUMERIC', 'decimal(38,9)', 1234.123456789],
    ['n BIGNUMERIC(50,10)', 'decimal(38,10)', 0.0000000001],
    ['n decimal(65,30)', 'decimal(38,18)', 1.5],
    ['n decimal(10)', 'decimal(10,0)', 7],
    ['n bigint unsigned', 'decimal(20,0)', 7],
    ['n int unsigned', 'integer', 7],
  ])(
    'takes no exact number of SQL for a float, and none that is unsigned below zero: %s',
    (column, type, sent) => {
      const [found] = importContracts(`CREATE TABLE t (${column} NOT NULL)`, 't.sql');
      const contract = compiled(found!);
      const [name] = column.split(' ');
      expect(Object.values(columnsOf(contract))).toContain(type);
      expect(accepts(contract, { [name!]: sent })).toBe(true);
      expect(accepts(contract, { [name!]: -1.5 })).toBe(type.startsWith('decimal') && !/,0\)/.test(type));
      const narrowed = !/decimal\(10|unsigned/.test(column);
      expect(found!.notes).toEqual(narrowed ? [expect.stringContaining(`is taken as ${type}`)] : []);
    },
  );

  it('says which rules of a table are not taken over', () => {
    const [found] = importContracts(
      'CREATE TABLE t (id int PRIMARY KEY, qty int CHECK (qty > 0), mail text UNIQUE, UNIQUE (qty, mail))',
      't.sql',
    );
    expect(found!.notes).toEqual([
      'qty: its CHECK is not taken over',
      'mail: UNIQUE is not taken over: it may be the key (--key)',
      'UNIQUE of the table is not taken over',
    ]);
  });

  it('says so of constraints with a name, and takes every spelling of an exact number', () => {
    const [found] = importContracts(
      `CREATE TABLE t (id int PRIMARY KEY, a dec(12,2), b fixed(10,2), no int, CONSTRAINT uq UNIQUE (no),
         CONSTRAINT c CHECK (a > 0), CONSTRAINT f FOREIGN KEY (no) REFERENCES x (no))`,
      't.sql',
    );
    expect(found!.notes).toEqual([
      'UNIQUE of the table is not taken over',
      'CHECK of the table is not taken over',
      'FOREIGN KEY of the table is not taken over',
    ]);
    expect(columnsOf(compiled(found!))).toMatchObject({ a: 'decimal(12,2)', b: 'decimal(10,2)' });
  });

  it('reads a long statement in time proportional to it', () => {
    const columns = Array.from({ length: 20_000 }, (_, at) => `c${at} text`).join(',');
    const [table] = importContracts(`CREATE TABLE t (${columns})`, 't.sql');
    expect(Object.keys(table!.schema['properties'] as object)).toHaveLength(20_000);
  });
});
