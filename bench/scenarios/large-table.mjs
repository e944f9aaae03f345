// Loading into a table that holds many rows already, beside an empty one.
import { DuckDBInstance } from '@duckdb/node-api';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { check } from '../figures.mjs';
import { sendCounted } from '../load/send-counted.mjs';
import { startSentinel } from '../sentinel-process.mjs';

const warmUp = 50_000;

export async function run({ figures, options }) {
  figures.record('loaded into an empty table (events/s)', await rate(options, 0));
  figures.record('loaded into a large table (events/s)', await rate(options, options.rows, figures));
}

async function rate({ events }, rows, figures) {
  const began = performance.now();
  let filled = began;
  const sentinel = await startSentinel({
    async prepare(data) {
      if (rows > 0) await fill(data, rows);
      filled = performance.now();
    },
  });
  figures?.record('start with a large table (s)', (performance.now() - filled) / 1000);
  await atRest(sentinel);
  await sendCounted(sentinel, 'aaaaaaaa', 0, warmUp);
  await sentinel.drained(performance.now(), warmUp);
  const start = performance.now();
  await sendCounted(sentinel, 'aaaaaaaa', warmUp, events);
  await sentinel.loaded(start, warmUp + events);
  const seconds = (performance.now() - start) / 1000;
  const [[found]] = await sentinel.query('select count(*) from "transaction"');
  check(found === rows + warmUp + events, `${rows + warmUp + events} rows expected, ${found} found`);
  if (figures !== undefined) figures.record('memory with a large table (MB)', sentinel.memory().resident);
  await sentinel.stop();
  return events / seconds;
}

/** The keys of a large table are read after the start; until then rows are loaded slowly. */
export async function atRest(sentinel) {
  // On a busy machine a process that works can seem to rest for a second.
  for (let [before, quiet] = [sentinel.cpuSeconds(), 0]; quiet < 3;) {
    await sleep(1000);
    const now = sentinel.cpuSeconds();
    quiet = now - before < 0.06 ? quiet + 1 : 0;
    before = now;
  }
}

/** Rows as the loader would have written them, in the order of their ids. */
export async function fill(data, rows) {
  await mkdir(data, { recursive: true });
  const instance = await DuckDBInstance.create(join(data, 'warehouse.duckdb'));
  const connection = await instance.connect();
  await connection.run(`create table "transaction" (event_id UUID, "timestamp" TIMESTAMPTZ, source VARCHAR,
    amount DECIMAL(38,9), currency VARCHAR, user_id UUID, email VARCHAR, description VARCHAR,
    _request_id UUID, _received_at TIMESTAMPTZ, _source VARCHAR, _contract_version VARCHAR, _repaired BOOLEAN,
    _rule_id VARCHAR, _extra JSON)`);
  await connection.run(`insert into "transaction"
    select uuid(), timestamptz '2026-01-15 10:30:00Z', 'bench', 99.99, 'EUR',
      '5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a', 'ada@example.com', 'a book',
      printf('01900000-0000-7000-8000-%012x', i)::UUID, timestamptz '2026-01-15 10:30:00Z', 'bench', '1.0.0',
      false, null, null
    from range(${rows}) r(i)`);
  connection.closeSync();
  instance.closeSync();
}
