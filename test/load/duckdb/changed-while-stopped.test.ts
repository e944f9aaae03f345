import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEmbeddedEngine } from '../../../src/engine/embedded/index.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { WaitingTables } from '../../../src/load/waiting-tables.ts';
import type { OpenDestination } from '../../../src/load/destination.ts';
import { openMain } from '../../../src/load/open.ts';
import { Refused } from '../../../src/load/refused.ts';
import { createLoadStage } from '../../../src/load/stage.ts';
import { StoreCheck } from '../../../src/load/store-check.ts';
import { createLogger } from '../../../src/support/log.ts';
import { plain, plainRow } from './support.ts';

/** What a person does to the file while the service is stopped costs the events of that table time, and nobody else. */
let dir: string;
let path: string;
let engine: Engine;
let lines: Record<string, unknown>[];
let opened: OpenDestination[];
const log = createLogger(
  { level: 'info', format: 'json' },
  { destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) } },
);
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinel-stopped-'));
  path = join(dir, 'w.duckdb');
  engine = await openEmbeddedEngine({ dir: join(dir, 'queue'), writer: 'main' });
  [lines, opened] = [[], []];
});
afterEach(async () => {
  await Promise.all(opened.map((destination) => destination.close()));
  await engine.close();
  await rm(dir, { recursive: true });
});

const other = { ...plain, name: 'other', contract: 'other' };

/** As the service does. */
async function start() {
  const check = new StoreCheck(engine.state, 'q', undefined, log);
  const refused = new Refused();
  const destination = await openMain(
    { dataDir: dir, destination: { type: 'duckdb', path } },
    [plain, other],
    {
      mustBeThere: false,
      isKnown: false,
      beforeTables: (it) => check.lookForTables(it),
      onOpen: (it) => check.begin(it),
      refused,
      log,
    },
  );
  opened.push(destination);
  const loading = createLoadStage({ destination, log });
  const waiting = new WaitingTables({ loading, refused, log });
  const stop = async () => {
    await check.close();
    await destination.close();
    opened.pop();
  };
  return { destination, waiting, stop };
}

async function alter(...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const sql of statements) await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

const rows = (id: string) => [
  plainRow({ event_id: id, price: '12.75' }),
  plainRow({ event_id: id, price: '12.75' }, { table: 'other', contract: 'other' }),
];

it.each<[string, string[], RegExp, string[]]>([
  [
    'another type',
    ['ALTER TABLE "order" ALTER price TYPE INTEGER'],
    /"price".*INTEGER/,
    ['ALTER TABLE "order" ALTER price TYPE DECIMAL(10,2)'],
  ],
  [
    'fewer digits',
    ['ALTER TABLE "order" ALTER price TYPE DECIMAL(10,1)'],
    /"price".*DECIMAL\(10,1\)/,
    ['ALTER TABLE "order" ALTER price TYPE DECIMAL(10,2)'],
  ],
  [
    'a view in its place',
    ['ALTER TABLE "order" RENAME TO kept', 'CREATE VIEW "order" AS FROM kept'],
    /"order" is a view/,
    ['DROP VIEW "order"', 'ALTER TABLE kept RENAME TO "order"'],
  ],
  [
    'the request id renamed',
    ['ALTER TABLE "order" RENAME _request_id TO rid'],
    /"_request_id".*loaded twice/,
    ['ALTER TABLE "order" RENAME rid TO _request_id'],
  ],
  [
    'a column that must be filled',
    [
      'ALTER TABLE "order" ADD COLUMN nn INTEGER',
      'UPDATE "order" SET nn = 1',
      'ALTER TABLE "order" ALTER nn SET NOT NULL',
    ],
    /"nn".*is NOT NULL and has no default/,
    ['ALTER TABLE "order" ALTER nn DROP NOT NULL'],
  ],
  [
    'a column of its key renamed',
    ['ALTER TABLE "order" RENAME event_id TO eid'],
    /"event_id".*loaded twice/,
    ['ALTER TABLE "order" RENAME eid TO event_id'],
  ],
])(
  'a table with %s has its events wait, says why, and loads them when it is mended',
  async (_, change, why, mend) => {
    const first = await start();
    await first.waiting.settle(rows('a'));
    await first.stop();
    await alter(...change);
    const { waiting, stop } = await start();
    const b = rows('b');
    expect(await waiting.settle(b)).toMatchObject([{ status: 'waits' }, { status: 'loaded' }]);
    expect(waiting.list()).toMatchObject([{ table: 'order', error: expect.stringMatching(why) as string }]);
    expect(await waiting.settleWaiting('order', b.slice(0, 1))).toBeUndefined();
    await stop();
    await alter(...mend);
    const last = await start();
    expect(await last.waiting.settle(b)).toEqual([{ status: 'loaded' }, { status: 'loaded' }]);
    // What the person's own statement has rounded is theirs.
    const { rows: stored } = await last.destination.query!(`SELECT price FROM "order" WHERE event_id = 'b'`);
    expect(stored).toEqual([['12.75']]);
  },
);

it('a table whose contract has another key by now gets the column', async () => {
  const first = await start();
  await first.waiting.settle(rows('a'));
  const reference = { name: 'reference', type: { kind: 'string' as const } };
  const changed = { ...plain, key: ['/reference'], columns: [...plain.columns, reference] };
  await expect(first.destination.prepare([changed])).resolves.toBeUndefined();
});

it('a table that was dropped is said, and begins anew', async () => {
  const first = await start();
  await first.waiting.settle(rows('a'));
  await first.stop();
  await alter('DROP TABLE "order"');
  const { waiting, stop } = await start();
  expect(lines.filter(({ code }) => code === 'table_gone')).toMatchObject([
    { level: 'error', table: 'order' },
  ]);
  expect(await waiting.settle(rows('b'))).toEqual([{ status: 'loaded' }, { status: 'loaded' }]);
  await stop();
  await start();
  expect(lines.filter(({ code }) => code === 'table_gone')).toHaveLength(1);
});

it('a table that was emptied, or got columns, is loaded', async () => {
  const first = await start();
  await first.waiting.settle(rows('a'));
  await first.stop();
  await alter(
    'TRUNCATE "order"',
    'ALTER TABLE "order" ADD COLUMN remark VARCHAR',
    'ALTER TABLE "order" DROP total',
  );
  const { waiting, destination } = await start();
  expect(await waiting.settle(rows('b'))).toEqual([{ status: 'loaded' }, { status: 'loaded' }]);
  const { rows: stored } = await destination.query!('SELECT event_id, price FROM "order"');
  expect(stored).toEqual([['b', '12.75']]);
});

it('a queue whose file was removed is said, as the destination knows its events', async () => {
  const first = await start();
  const [row] = rows('a');
  await first.destination.settle({
    rows: [row!],
    letters: [],
    mark: { queueId: 'q', newest: row!.requestId },
  });
  await first.stop();
  const again = await start();
  await again.stop();
  expect(lines.filter(({ code }) => code === 'queue_emptied')).toEqual([]);
  await engine.close();
  await rm(join(dir, 'queue'), { recursive: true });
  engine = await openEmbeddedEngine({ dir: join(dir, 'queue'), writer: 'main' });
  const emptied = await start();
  await emptied.stop();
  expect(lines.filter(({ code }) => code === 'queue_emptied')).toHaveLength(1);
});
