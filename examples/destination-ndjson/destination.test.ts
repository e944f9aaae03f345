import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { destinationConformance, row, settleRows } from 'data-sentinel/conformance';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { post, runCommand, settled, startProcess, transaction } from '../../test/helpers/sentinel.ts';
import { openNdjson } from './destination.ts';

destinationConformance(
  {
    name: 'ndjson',
    has: ['marked'],
    async open() {
      const folder = await mkdtemp(join(tmpdir(), 'sentinel-ndjson-'));
      let destination = await openNdjson(folder);
      return {
        destination,
        async reopen() {
          await destination.close();
          return (destination = await openNdjson(folder));
        },
        rows: (table) => rowsOf(folder, table),
        async cleanup() {
          await destination.close();
          await rm(folder, { recursive: true });
        },
      };
    },
  },
  { describe, it, beforeEach, afterEach },
);

/** The rows as the suite compares them: instants in ISO 8601, whole numbers as numbers, what a row has not as null. */
async function rowsOf(folder: string, table: string): Promise<Record<string, unknown>[]> {
  const { columns } = JSON.parse(await readFile(join(folder, '_committed.json'), 'utf8')) as {
    columns: Record<string, Record<string, string>>;
  };
  const types = columns[table] ?? {};
  const text = await readFile(join(folder, `${table}.ndjson`), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { _key, _event, ...row } = JSON.parse(line) as Record<string, unknown>;
      for (const [name, type] of Object.entries({ ...types, _received_at: 'datetime' })) {
        const value = row[name] ?? null;
        row[name] = value;
        if (value !== null && type === 'integer') row[name] = Number(value);
        if (typeof value === 'string' && type === 'datetime')
          row[name] = value.replace(' ', 'T').replace(/\.0+Z$/, 'Z');
      }
      return row;
    });
}

const example = (file: string): Promise<string> => readFile(new URL(file, import.meta.url), 'utf8');

it('the service loads into it, and says what it is', async () => {
  const files = Object.fromEntries(
    await Promise.all(['destination.ts', 'files.ts'].map(async (file) => [file, await example(file)])),
  ) as Record<string, string>;
  const sentinel = await startProcess({
    config: { destination: { module: './destination.ts', folder: './rows' } },
    files,
  });
  try {
    const event = transaction({ amount: '9.90' });
    const { request_id } = (await (await post(`${sentinel.url}/ingest`, JSON.stringify(event))).json()) as {
      request_id: string;
    };
    expect(await settled(sentinel.url, request_id)).toMatchObject({ status: 'loaded' });
    const text = await readFile(join(sentinel.dir, 'rows', 'transaction.ndjson'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ event_id: event['event_id'], amount: '9.9', _source: 'shop' });
    const refused = await fetch(`${sentinel.url}/api/v1/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"sql": "select 1"}',
    });
    expect(refused.status).toBe(422);
    const doctor = await runCommand(sentinel.dir, ['doctor', '--json']);
    expect(doctor.out).toContain('ndjson ./rows');
  } finally {
    await sentinel.stop();
  }
});

it('cuts off what was not committed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sentinel-ndjson-'));
  const table = {
    name: 't',
    contract: 't',
    key: [],
    columns: [{ name: 'event_id', type: { kind: 'string' as const } }],
  };
  const first = await openNdjson(folder);
  await first.prepare([table]);
  await settleRows(first, [row({ event_id: 'a' }, { table: 't' })]);
  await first.close();
  await appendFile(join(folder, 't.ndjson'), '{"event_id":"torn');
  const again = await openNdjson(folder);
  await again.prepare([table]);
  await settleRows(again, [row({ event_id: 'b' }, { table: 't' })]);
  const lines = (await readFile(join(folder, 't.ndjson'), 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { event_id: string }).event_id)).toEqual(['a', 'b']);
  await again.close();
  await rm(folder, { recursive: true });
});
