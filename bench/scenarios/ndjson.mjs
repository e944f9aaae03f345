// NDJSON requests of 1,000 events: clean, all drifted with one known rule, and with some that nobody can repair; beside
// DuckDB's own read_json of the same events.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../figures.mjs';
import { runToEnd } from '../load/single.mjs';
import { driftedText, hopelessText, transactionText } from '../load/transaction.mjs';
import { startSentinel } from '../sentinel-process.mjs';
import { checkRows } from './singles.mjs';

export const everyRound = true;
const linesPerRequest = 1000;

export async function run({ figures, options, dir }) {
  const { events } = options;
  // New ids in each round: the same ones would be duplicates.
  const file = (name, makers) => {
    const path = join(dir, `${name}.ndjson`);
    writeFileSync(path, Array.from({ length: events }, (_, at) => makers(at)()).join('\n'));
    return path;
  };
  const clean = file('clean', () => transactionText);
  await readJson(figures, clean, events, dir);
  await loaded({ figures, name: 'clean', file: clean, first: transactionText(), events });
  const drifted = file('drifted', () => driftedText);
  await loaded({ figures, name: 'drifted', file: drifted, first: driftedText(), events });
  for (const percent of [1, 10]) {
    const mixed = file('mixed', (at) => (at % 100 < percent ? hopelessText : transactionText));
    await beside({ figures, percent, file: mixed, events });
  }
}

async function readJson(figures, file, events, dir) {
  const database = join(dir, `baseline-${Math.round(performance.now())}.duckdb`);
  const script = new URL('../baselines/duckdb-read-json.mjs', import.meta.url).pathname;
  const { seconds } = JSON.parse(await runToEnd(process.execPath, [script, file, database]));
  figures.record('DuckDB read_json (events/s)', events / seconds);
}

const send = async (sentinel, file) =>
  JSON.parse(
    await runToEnd(process.execPath, [
      new URL('../load/batches.mjs', import.meta.url).pathname,
      `${sentinel.url}/ingest/bench`,
      file,
      String(linesPerRequest),
      '4',
    ]),
  );

async function loaded({ figures, name, file, first, events }) {
  const sentinel = await startSentinel();
  // One event ahead, so that the rule is learned before the clock runs.
  await fetch(`${sentinel.url}/ingest/bench`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: first,
  });
  await sentinel.drained(performance.now(), 1);
  const cpuBefore = sentinel.cpuSeconds();
  const start = performance.now();
  const load = await send(sentinel, file);
  const { seconds, stats } = await sentinel.drained(start, events + 1);
  check(stats.accepted === events + 1, `${events + 1} were sent, ${stats.accepted} accepted`);
  await checkRows(sentinel, events + 1);
  figures.record(`accepted from NDJSON, ${name} (events/s)`, events / load.seconds);
  figures.record(`loaded from NDJSON, ${name} (events/s)`, events / seconds);
  figures.record(`CPU, ${name} (µs/event)`, ((sentinel.cpuSeconds() - cpuBefore) / events) * 1e6);
  await sentinel.stop();
}

/** How fast clean events are loaded beside hopeless ones, whose own settlement is not waited for. */
async function beside({ figures, percent, file, events }) {
  const hopeless = (events * percent) / 100;
  const sentinel = await startSentinel();
  const start = performance.now();
  await send(sentinel, file);
  const seconds = await sentinel.loaded(start, events - hopeless);
  figures.record(
    `loaded from NDJSON, ${percent} % unrepairable (clean events/s)`,
    (events - hopeless) / seconds,
  );
  const { stats } = await sentinel.drained(start, events);
  check(stats.dead_letters === hopeless, `${hopeless} were hopeless, ${stats.dead_letters} are dead letters`);
  await checkRows(sentinel, events - hopeless);
  await sentinel.stop();
}
