import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import type { OpenDestination, Row, Table } from '../../../src/load/destination.ts';
import { openDuckDb } from '../../../src/load/destinations/duckdb/index.ts';
import { row, settleRows } from '../../conformance/destination.ts';

const columns: Table['columns'] = [
  { name: 'id', type: { kind: 'string' } },
  { name: 'total', type: { kind: 'decimal', precision: 38, scale: 9 } },
  { name: 'price', type: { kind: 'decimal', precision: 10, scale: 2 } },
  { name: 'count', type: { kind: 'integer' } },
  { name: 'ratio', type: { kind: 'number' } },
  { name: 'at', type: { kind: 'datetime' } },
  { name: 'day', type: { kind: 'date' } },
  { name: 'paid', type: { kind: 'boolean' } },
  { name: 'user', type: { kind: 'uuid' } },
  { name: 'note', type: { kind: 'string' } },
  { name: 'items', type: { kind: 'json' } },
];
const table = (name: string): Table => ({ name, contract: name, key: ['/id'], columns });

let dir: string;
let destination: OpenDestination;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinel-direct-'));
  destination = await openDuckDb({ path: join(dir, 'w.duckdb') });
  await destination.prepare(['one', 'other'].map(table));
});
afterEach(async () => {
  await destination.close();
  await rm(dir, { recursive: true });
});

const rowIn = (name: string, values: JsonObject, change: Partial<Row> = {}): Row =>
  row(values, { table: name, contract: name, ...change });
const load = (rows: Row[]) => settleRows(destination, rows);
const statuses = async (rows: Row[]) => (await load(rows)).map(({ status }) => status);
const answer = async (sql: string) => (await destination.query!(sql)).rows;
const content = (name: string, ...more: string[]) =>
  answer(`select ${[...columns.map(({ name }) => `"${name}"`), ...more].join()} from ${name} order by id`);
/** Refused by DuckDB, not before: the whole batch is then staged. */
const misfit = (name: string) => rowIn(name, { id: 'misfit', day: '2026-02-30' });

const digits = (max: number) => fc.bigInt({ min: 0n, max: 10n ** BigInt(max) - 1n }).map(String);
const decimalText = fc
  .tuple(fc.constantFrom('', '-', '+', '0'), digits(20), digits(9))
  .map(([sign, whole, rest]) => `${sign}${whole}.${rest}`);
const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonObject[string]>;
const values: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      total: fc.oneof(decimalText, fc.integer(), fc.constantFrom(1e-9, 99.99, 0.1, 1e21, 5e20, -0)),
      price: fc.oneof(
        fc.integer({ min: -(10 ** 9), max: 10 ** 9 }).map((cents) => cents / 100),
        fc.constant('7.50'),
      ),
      count: fc.oneof(fc.maxSafeInteger(), fc.constantFrom('9223372036854775807', '-5')),
      ratio: fc.double({ noNaN: true, noDefaultInfinity: true }),
      at: fc.constantFrom('2026-01-15T10:30:00.123456Z', '2026-01-15t10:30:00+02:00', '1969-12-31T23:59:59z'),
      day: fc.constantFrom('2026-02-28', '0001-01-01', '9999-12-31'),
      paid: fc.boolean(),
      user: fc.uuid(),
      note: fc.oneof(
        fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
        fc.constantFrom('\0', '\\ud800', 'a\nb', '😀'),
      ),
      items: json,
      ID: json,
      Note: json,
    },
    { requiredKeys: [] },
  )
  .map((value) => value as JsonObject);
const batch = fc.array(values, { minLength: 1, maxLength: 20 });

/** The way of `createRowMaker`: what no column takes is extra. */
function split(event: JsonObject): Pick<Row, 'values' | 'extra'> {
  const { ID, Note, ...declared } = event;
  const extra = { ...(ID === undefined ? {} : { ID }), ...(Note === undefined ? {} : { Note }) };
  return { values: declared, extra: Object.keys(extra).length === 0 ? undefined : extra };
}

describe('rows that go straight into the table', () => {
  /** Ids of its own for each run of a property, and a look at its rows alone. */
  let run = 0;
  const ofRun = (generated: JsonObject[]) => {
    const prefix = `run${run++}-`;
    return {
      events: generated.map((event, i): JsonObject => ({ ...event, id: `${prefix}${i}` })),
      lately: async (name: string) =>
        (await content(name, '_extra')).filter(([id]) => String(id).startsWith(prefix)),
    };
  };

  it('are the same as staged ones', async () => {
    await fc.assert(
      fc.asyncProperty(batch, async (generated) => {
        const { events, lately } = ofRun(generated);
        const rows = (name: string) => events.map((event) => rowIn(name, split(event).values));
        expect(await statuses(rows('one'))).toEqual(events.map(() => 'loaded'));
        expect(await statuses([...rows('other'), misfit('other')])).toEqual([
          ...events.map(() => 'loaded'),
          'rejected',
        ]);
        expect(await lately('one')).toEqual(await lately('other'));
      }),
      { numRuns: 25 },
    );
  });

  it('are the same whether the event’s own text is loaded or its values', async () => {
    await fc.assert(
      fc.asyncProperty(batch, fc.constantFrom(undefined, ' ', '\t'), async (generated, space) => {
        const { events, lately } = ofRun(generated);
        const text = (event: JsonObject) => JSON.stringify(event, null, space).replaceAll('\n', space ?? '');
        await load(events.map((event) => rowIn('one', split(event).values, split(event))));
        await load(
          events.map((event) => rowIn('other', split(event).values, { ...split(event), text: text(event) })),
        );
        expect(await lately('one')).toEqual(await lately('other'));
      }),
      { numRuns: 25 },
    );
  });

  it('are looked at again when another row with their id or key was loaded while they waited', async () => {
    const repair = { healer: 'heuristics', ruleId: 'r', original: '{}', plan: '{}', result: '{}' } as const;
    const waiting = [
      rowIn('one', { id: 'healed meanwhile' }),
      rowIn('one', { id: 'sent twice' }, { repair }),
      rowIn('one', { id: 'alone' }),
    ];
    for (const row of waiting) destination.prepareRow!(row);
    const overtaking = [
      rowIn('one', { id: 'healed meanwhile' }, { requestId: waiting[0]!.requestId, repair }),
      rowIn('one', { id: 'sent twice' }),
    ];
    for (const row of overtaking) destination.prepareRow!(row);
    expect(await statuses(overtaking)).toEqual(['loaded', 'loaded']);
    expect(await statuses(waiting)).toEqual(['loaded', 'duplicate', 'loaded']);
    expect(await answer('select id from one order by id')).toEqual([
      ['alone'],
      ['healed meanwhile'],
      ['sent twice'],
    ]);
    expect(await destination.counts()).toMatchObject({ loaded: 3, repaired: 1, duplicate: 1 });
  });

  it('are read by the exact name of each field', async () => {
    const values = { id: 'a', note: 'mine' };
    await load([
      rowIn('one', values, {
        text: '{"ID":"x","Id":"y","NOTE":{"note":"z"},"id":"a","note":"mine","items2":1}',
      }),
    ]);
    expect(await answer('select id, note from one')).toEqual([['a', 'mine']]);
  });

  it('leave the column of another version alone', async () => {
    const row = rowIn('one', { id: 'a' }, { text: '{"id":"a","note":"x"}', extra: { note: 'x' } });
    expect(await statuses([row])).toEqual(['loaded']);
    expect(await answer('select id, note, _extra from one')).toEqual([['a', null, { note: 'x' }]]);
  });

  it.each([
    ['absent from it', '{"note":"x"}', { id: 'a' }],
    ['spelled otherwise in it', '{"id":"A","note":"x"}', { id: 'a' }],
    ['named within it', '{"note":"x","other":{"id":"b"}}', { id: 'a' }],
    ['all there is', '{}', { id: 'a', note: 'x' }],
  ])('get what was filled in, where it is %s', async (_, text, filled) => {
    expect(await statuses([rowIn('one', { id: 'a', note: 'x' }, { text, filled })])).toEqual(['loaded']);
    expect(await answer('select id, note from one')).toEqual([['a', 'x']]);
  });

  it.each([
    ['half of a surrogate pair', '{"id":"a","note":"x","other":"\\ud800"}'],
    ['a line break between its fields', '{"id":"a",\n"note":"x"}'],
  ])('take the values where the text holds %s', async (_, text) => {
    expect(await statuses([rowIn('one', { id: 'a', note: 'x' }, { text })])).toEqual(['loaded']);
    expect(await answer('select id, note from one')).toEqual([['a', 'x']]);
  });

  it('do not suffer from a text that DuckDB refuses', async () => {
    const rows = [rowIn('one', { id: 'a' }, { text: '{"id":"a","id":"a"}' }), rowIn('one', { id: 'b' })];
    expect(await statuses(rows)).toEqual(['loaded', 'loaded']);
    expect(await answer('select id from one order by id')).toEqual([['a'], ['b']]);
  });

  it('come with the trail of their repair, exact to the character', async () => {
    const trail = (original: string) => ({
      healer: 'rule' as const,
      ruleId: 'r',
      original,
      plan: '{"operations":[]}',
      result: '{"a": "1"}',
    });
    const originals = [
      '{"a":\t1.50, "b": "\\"\\u0000\\\\,\'"}',
      '"quoted, as a whole"',
      '{"é":"😀\u2028"}',
      'a\r\nb',
      'NULL',
    ];
    const rows = originals.map((original, i) =>
      rowIn('one', { id: String(i) }, { repair: trail(original), source: i === 1 ? 'a\x1fb' : 's' }),
    );
    await load(rows);
    for (const [i, { requestId, repair, source }] of rows.entries())
      expect(await destination.find(requestId), originals[i]).toMatchObject({
        status: 'repaired',
        repair,
        source,
      });
    expect(await destination.counts()).toMatchObject({ loaded: 5, repaired: 5, duplicate: 0 });
  });

  it('go into several tables at once', async () => {
    const rows = ['one', 'other', 'one', 'other'].map((name, i) => rowIn(name, { id: `${i >> 1}` }));
    expect(await statuses(rows)).toEqual(['loaded', 'loaded', 'loaded', 'loaded']);
    expect(await content('one')).toEqual(await content('other'));
  });
});

describe('events that come again', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => rowIn('one', { id: `k${i % 700}` }));

  it.each([3, 499, 700])('are duplicates, %d of them at once', async (count) => {
    await load(many(700));
    expect(new Set(await statuses(many(count)))).toEqual(new Set(['duplicate']));
    expect(await destination.counts()).toMatchObject({ loaded: 700, repaired: 0, duplicate: count });
  });

  it('are recorded once, however often they are delivered', async () => {
    await load(many(1));
    const again = [rowIn('one', { id: 'k0' })];
    for (let delivery = 0; delivery < 3; delivery++) expect(await statuses(again)).toEqual(['duplicate']);
    expect(await answer('select count(*) from _sentinel_duplicates')).toEqual([[1]]);
    expect(await destination.counts()).toMatchObject({ duplicate: 1 });
  });

  it('are found by keys of any text', async () => {
    for (const id of ["it's", 'a\0b', '', 'größe 😀', '\\', 'null']) {
      expect(await statuses([rowIn('one', { id })]), id).toEqual(['loaded']);
      expect(await statuses([rowIn('one', { id })]), id).toEqual(['duplicate']);
    }
  });
});

describe('the files through which rows are handed over', () => {
  const folder = () => join(dir, 'w.duckdb.spill');

  it('belong to the user of the service alone, and are gone after it', async () => {
    await load([rowIn('one', { id: 'a' })]);
    expect(await readdir(folder())).toEqual(['repairs', 'rows']);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder(), 'rows')).mode & 0o777).toBe(0o600);
    await destination.close();
    expect(existsSync(folder())).toBe(false);
  });

  it('stay where they are when a second service tries to open the database of one that runs', async () => {
    const path = join(dir, 'held.duckdb');
    const script = `import { DuckDBInstance } from '@duckdb/node-api';
      await DuckDBInstance.create(${JSON.stringify(path)}); console.log('open'); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script]);
    try {
      await once(holder.stdout, 'data');
      await mkdir(`${path}.spill`);
      await writeFile(join(`${path}.spill`, 'rows'), 'theirs');
      await expect(openDuckDb({ path })).rejects.toMatchObject({ code: 'data_folder_in_use' });
      expect(await readFile(join(`${path}.spill`, 'rows'), 'utf8')).toBe('theirs');
    } finally {
      holder.kill();
    }
  });

  it.each([
    (file: string) => `select * from read_json('${file}')`,
    (file: string) => `select * from read_csv('${file}')`,
    (file: string) => `select * from read_text('${file}')`,
    (file: string) => `select (select content from read_blob('${file}'))`,
    (file: string) => `select * from parquet_scan('${file}')`,
    (file: string) => `select * from glob('${file}*')`,
    (file: string) => `select * from '${file}'`,
    (file: string) => `select * from "${file}"`,
    (file: string) => `describe '${file}'`,
    (file: string) => `copy (select 1) to '${file}'`,
    (file: string) => `attach '${file}'`,
  ])('are closed to queries: %s', async (sql) => {
    await load([rowIn('one', { id: 'secret' })]);
    for (const name of ['rows', 'repairs', '../w.duckdb'])
      await expect(destination.query!(sql(join(folder(), name))), name).rejects.toMatchObject({
        code: expect.stringMatching(/^query_(?:refused|failed)$/) as string,
      });
  });
});
