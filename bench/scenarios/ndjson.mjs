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

/** Sent before the clock runs: a service that runs for months is not measured while its code is being compiled. */
const warmUp = 50_000;
const warmUpPercent = 10;

export async function run({ figures, options, dir }) {
  const { events } = options;
  // New ids in each round: the same ones would be duplicates.
  const files = (name, maker) => {
    const file = (part, count) => {
      const path = join(dir, `${name}-${part}.ndjson`);
      writeFileSync(path, Array.from({ length: count }, (_, at) => maker(at)()).join('\n'));
      return path;
    };
    return { first: file('first', warmUp), rest: file('rest', events) };
  };
  const clean = files('clean', () => transactionText);
  await readJson(figures, clean.rest, events, dir);
  await loaded({ figures, name: 'clean', files: clean, events });
  await loaded({ figures, name: 'drifted', files: files('drifted', () => driftedText), events });
  for (const percent of [1, 10]) {
    const maker = (share) => (at) => (at % 100 < share ? hopelessText : transactionText);
    // With few hopeless events, the code that deals with them would be compiled late.
    const { first } = files('warm-up', maker(warmUpPercent));
    const { rest } = files('mixed', maker(percent));
    await beside({ figures, percent, files: { first, rest }, events });
  }
}

async function readJson(figures, file, events, dir) {
  const database = join(dir, `baseline-${Math.round(performance.now())}.duckdb`);
  const script = new URL('../baselines/duckdb-read-json.mjs', import.meta.url).pathname;
  const { seconds } = JSON.parse(await runToEnd(process.execPath, [script, file, database]));
  figures.record('DuckDB read_json (events/s)', events / seconds);
}

export const sendBatches = async (sentinel, file) =>
  JSON.parse(
    await runToEnd(process.execPath, [
      new URL('../load/batches.mjs', import.meta.url).pathname,
      `${sentinel.url}/ingest/bench`,
      file,
      String(linesPerRequest),
      '4',
    ]),
  );

async function loaded({ figures, name, files, events }) {
  const sentinel = await startSentinel();
  await sendBatches(sentinel, files.first);
  await sentinel.drained(performance.now(), warmUp);
  const cpuBefore = sentinel.cpuSeconds();
  const start = performance.now();
  const load = await sendBatches(sentinel, files.rest);
  const { seconds, stats } = await sentinel.drained(start, warmUp + events);
  check(stats.accepted === warmUp + events, `${warmUp + events} were sent, ${stats.accepted} accepted`);
  await checkRows(sentinel, warmUp + events);
  figures.record(`accepted from NDJSON, ${name} (events/s)`, events / load.seconds);
  figures.record(`loaded from NDJSON, ${name} (events/s)`, events / seconds);
  figures.record(`CPU, ${name} (µs/event)`, ((sentinel.cpuSeconds() - cpuBefore) / events) * 1e6);
  await sentinel.stop();
}

/** How fast clean events are loaded beside hopeless ones, whose own settlement is not waited for. */
async function beside({ figures, percent, files, events }) {
  const hopelessFirst = (warmUp * warmUpPercent) / 100;
  const hopeless = (events * percent) / 100;
  const sentinel = await startSentinel();
  await sendBatches(sentinel, files.first);
  await sentinel.drained(performance.now(), warmUp);
  const clean = events - hopeless;
  const cpuBefore = sentinel.cpuSeconds();
  const start = performance.now();
  await sendBatches(sentinel, files.rest);
  const seconds = await sentinel.loaded(start, warmUp - hopelessFirst + clean);
  figures.record(`loaded from NDJSON, ${percent} % unrepairable (clean events/s)`, clean / seconds);
  const all = warmUp + events;
  const { stats } = await sentinel.drained(start, all);
  figures.record(
    `CPU, ${percent} % unrepairable (µs/event)`,
    ((sentinel.cpuSeconds() - cpuBefore) / events) * 1e6,
  );
  const dead = hopelessFirst + hopeless;
  check(stats.dead_letters === dead, `${dead} were hopeless, ${stats.dead_letters} are dead letters`);
  await checkRows(sentinel, all - dead);
  await sentinel.stop();
}
