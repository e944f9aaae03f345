// A PostgreSQL server on the same machine as the destination: single POSTs, and NDJSON requests of 1,000 events.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createJiti } from 'jiti';
import { check } from '../figures.mjs';
import { postSingles } from '../load/single.mjs';
import { transactionText } from '../load/transaction.mjs';
import { startSentinel } from '../sentinel-process.mjs';
import { sendBatches } from './ndjson.mjs';

const jiti = createJiti(import.meta.url);
const { cpuOfChildren } = await jiti.import('../cluster/cpu.ts');
/** CPU seconds that the server has used. */
export const cpuOfPostgres = () =>
  cpuOfChildren((command) => (/(?:^|\/)postgres(?:: | -D)/.test(command) ? 'server' : undefined)).server ?? 0;

export const everyRound = true;
const warmUp = 20_000;

export async function run({ figures, options, dir }) {
  const { startPostgres } = await jiti.import('../../test/helpers/postgres.ts');
  const postgres = await startPostgres();
  const start = (schema) =>
    startSentinel({
      config: { destination: { type: 'postgres', schema } },
      env: { SENTINEL_POSTGRES_URL: postgres.url() },
    });
  try {
    const rows = async (schema) => {
      const sql = `select count(*)::int n, count(distinct event_id)::int ids from ${schema}.transaction`;
      return (await postgres.run(sql))[0];
    };
    for (const connections of [64, 256]) {
      const schema = `singles_${connections}`;
      const loaded = await singles(await start(schema), connections, options.seconds);
      record(figures, loaded, await rows(schema));
    }
    const loaded = await ndjson(await start('ndjson'), options.events, dir);
    record(figures, loaded, await rows('ndjson'));
  } finally {
    await postgres.remove();
  }
}

async function singles(sentinel, connections, seconds) {
  const url = `${sentinel.url}/ingest`;
  await postSingles(url, { connections, seconds: 2 });
  const before = await sentinel.acceptedAtRest();
  await sentinel.drained(performance.now(), before);
  const cpuBefore = sentinel.cpuSeconds();
  const serverBefore = cpuOfPostgres();
  const start = performance.now();
  const result = await postSingles(url, { connections, seconds });
  check(result.errors + result.non2xx === 0, `${result.non2xx} refused, ${result.errors} failed`);
  const accepted = (await sentinel.acceptedAtRest()) - before;
  const drained = await sentinel.drained(start, before + accepted);
  const cpu = sentinel.cpuSeconds() - cpuBefore;
  const server = cpuOfPostgres() - serverBefore;
  await sentinel.stop();
  return {
    kind: `single POSTs, ${connections} connections`,
    events: accepted,
    all: before + accepted,
    seconds: drained.seconds,
    cpu,
    server,
  };
}

async function ndjson(sentinel, events, dir) {
  const file = (name, count) => {
    const path = join(dir, `postgres-${name}.ndjson`);
    writeFileSync(path, Array.from({ length: count }, transactionText).join('\n'));
    return path;
  };
  await sendBatches(sentinel, file('first', warmUp));
  await sentinel.drained(performance.now(), warmUp);
  const rest = file('rest', events);
  const cpuBefore = sentinel.cpuSeconds();
  const serverBefore = cpuOfPostgres();
  const start = performance.now();
  await sendBatches(sentinel, rest);
  const { seconds } = await sentinel.drained(start, warmUp + events);
  const cpu = sentinel.cpuSeconds() - cpuBefore;
  const server = cpuOfPostgres() - serverBefore;
  await sentinel.stop();
  return { kind: 'NDJSON', events, all: warmUp + events, seconds, cpu, server };
}

function record(figures, { kind, events, all, seconds, cpu, server }, { n, ids }) {
  check(n === all && ids === all, `${all} expected, ${n} rows, ${ids} ids`);
  figures.record(`loaded into PostgreSQL from ${kind} (events/s)`, events / seconds);
  figures.record(`CPU, into PostgreSQL from ${kind} (µs/event)`, (cpu / events) * 1e6);
  figures.record(`CPU of the server, into PostgreSQL from ${kind} (µs/event)`, (server / events) * 1e6);
}
