import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it, onTestFinished } from 'vitest';
import { decimal, defineContract, integer, z } from '../../src/index.ts';
import { tablesOf } from '../../src/contracts/tables.ts';
import type { Destination } from '../../src/load/destination.ts';
import type { ExportFormat } from '../../src/load/export.ts';
import { createRequestIds } from '../../src/ingest/request-id.ts';
import { createRowMaker } from '../../src/load/row.ts';
import { mayRound, parseExact, parseJson } from '../../src/model/exact-json.ts';
import { readDecimal, sameDecimal } from '../../src/model/decimal.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';

const contract = defineContract({
  name: 'sum',
  version: '1.0.0',
  key: 'event_id',
  schema: z.object({
    event_id: z.string(),
    id: integer(),
    amount: decimal(),
    data: z.object({ amount: z.unknown(), id: z.unknown(), nested: decimal() }),
  }),
  columns: { '/data/nested': 'nested' },
});
/** The same numbers in each run. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function sums(count: number): { text: string; amount: string; id: string }[] {
  const roll = dice(7);
  const digits = (length: number): string =>
    Array.from({ length }, (_, at) => String(at === 0 ? roll(9) + 1 : roll(10))).join('');
  const sign = (): string => (roll(4) === 0 ? '-' : '');
  return Array.from({ length: count }, (_, at) => {
    const fraction = roll(3) === 0 ? '' : `.${digits(roll(9) + 1)}`;
    const amount = `${sign()}${roll(10) === 0 ? '0' : digits(roll(29) + 1)}${fraction}`;
    const id = roll(20) === 0 ? '9223372036854775807' : `${sign()}${digits(roll(18) + 1)}`;
    const text = `{"event_id":"${at}","id":${id},"amount":${amount},"data":{"amount":${amount},"id":${id},"nested":${amount}},"more":{"amount":${amount},"id":${id}}}`;
    return { text, amount, id };
  });
}

const isSame = (found: unknown, sent: string): boolean =>
  sameDecimal(readDecimal(typeof found === 'string' ? found : JSON.stringify(found))!, readDecimal(sent)!);

/** What each format of an export holds: event_id, id, amount, nested, data, _extra. DuckDB's own look into JSON would round. */
async function exported(destination: Destination, folder: string): Promise<unknown[][]> {
  const fileOf = async (format: ExportFormat): Promise<string> => {
    const file = join(folder, `sum.${format}`);
    const { signal } = new AbortController();
    await destination.export!.table({ table: 'sum', format, file, signal });
    return file;
  };
  const lines = (await readFile(await fileOf('ndjson'), 'utf8')).trim().split('\n');
  const rows: unknown[][] = lines.map((line) => {
    const { event_id, id, amount, nested, data, _extra } = parseExact(line) as JsonObject;
    return [event_id, id, amount, nested, data, _extra];
  });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    for (const from of [
      `read_parquet('${await fileOf('parquet')}')`,
      `read_csv('${await fileOf('csv')}', all_varchar = true)`,
    ]) {
      const columns = ['event_id', 'id', 'amount', 'nested', 'data', '_extra'];
      const sql = `SELECT ${columns.map((name) => `${name}::VARCHAR`).join(', ')} FROM ${from}`;
      for (const row of await (await connection.run(sql)).getRowsJson())
        rows.push(row.map((value, at) => (at < 4 ? value : parseExact(value as string))));
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return rows;
}

/** Amounts and ids of every size, in every place where a number can be. */
export function exactAmounts(
  name: string,
  count: number,
  open: (exports: string) => Promise<Destination>,
): void {
  it(`keeps ${count} amounts and ids exact in columns, JSON, _extra, letters, edits and exports: ${name}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sentinel-exact-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const destination = await open(folder);
    await destination.prepare(tablesOf([contract]));
    const nextId = createRequestIds(() => Date.UTC(2026, 0, 1));
    const make = createRowMaker(contract);
    const all = sums(count);
    const rows = all.map(({ text }) => {
      const validation = contract.validate(parseJson(text) as JsonObject);
      if (!validation.ok) throw new Error(`refused: ${text}`);
      return make(validation.value, {
        requestId: nextId(1),
        receivedAt: Date.UTC(2026, 0, 1),
        source: 'shop',
        repair: undefined,
        text: mayRound.test(text) ? undefined : text,
        changed: validation.changed,
      });
    });
    const settled = await destination.settle({ rows, letters: [] });
    expect(settled.rows.filter(({ status }) => status !== 'loaded')).toEqual([]);
    const answer = await destination.query!('SELECT event_id, id, amount, nested, data, _extra FROM sum', {
      maxRows: count,
    });
    expect(answer.rows).toHaveLength(count);
    const wrong: unknown[] = [];
    const files = await exported(destination, folder);
    expect(files).toHaveLength(3 * count);
    for (const [at, id, amount, nested, data, extra] of [...answer.rows, ...files]) {
      const sent = all[Number(at)]!;
      const { more } = extra as { more: Record<string, Json> };
      const held = data as Record<string, Json>;
      const amounts = [amount, nested, held['amount'], more['amount']];
      const ids = [id, held['id'], more['id']];
      if (!amounts.every((each) => isSame(each, sent.amount)) || !ids.every((each) => isSame(each, sent.id)))
        wrong.push({ sent: sent.text, found: JSON.stringify([id, amount, nested, data, extra]) });
    }
    expect(wrong).toEqual([]);
    // A letter keeps the text; who opens it, edits it and replays it sends this.
    for (const { text } of all) {
      const edited = JSON.stringify({ ...(parseExact(text) as JsonObject), note: 'edited' });
      const { amount, id } = parseExact(edited) as JsonObject;
      const { amount: before, id: idBefore } = parseExact(text) as JsonObject;
      if (JSON.stringify([amount, id]) !== JSON.stringify([before, idBefore])) wrong.push(edited);
    }
    expect(wrong).toEqual([]);
    await destination.close();
  });
}
