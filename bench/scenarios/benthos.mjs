// Benthos (bench/peers/benthos) with the load of the scenario `postgres`. It answers when a batch is committed: it has no
// queue, repairs nothing, and keeps every column as text.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createJiti } from 'jiti';
import { check } from '../figures.mjs';
import { postSingles } from '../load/single.mjs';
import { transactionText } from '../load/transaction.mjs';
import { sendBatches } from './ndjson.mjs';
import { cpuOfPostgres } from './postgres.mjs';

export const everyRound = true;
export const ownOnly = true;
const path = '/ingest/bench';
const warmUp = 20_000;

const schema = {
  type: 'object',
  required: ['event_id', 'amount', 'currency', 'user_id'],
  properties: {
    event_id: { type: 'string', format: 'uuid' },
    timestamp: { type: 'string', format: 'date-time' },
    source: { type: 'string', minLength: 1 },
    amount: { type: 'number', exclusiveMinimum: 0 },
    currency: { type: 'string', pattern: '^[A-Za-z]{3}$' },
    user_id: { type: 'string', format: 'uuid' },
    email: { type: 'string', format: 'email' },
    description: { type: 'string' },
  },
};

/** Batches of up to 5,000 events or 2 ms, as its users set it. */
const configOf = (port, url) => ({
  http: { enabled: false },
  logger: { level: 'ERROR' },
  input: {
    http_server: { address: `127.0.0.1:${port}`, path, timeout: '30s' },
  },
  pipeline: {
    processors: [
      { unarchive: { format: 'lines' } },
      { json_schema: { schema: JSON.stringify(schema) } },
      { catch: [{ mapping: 'root = deleted()' }] },
    ],
  },
  output: { postgres_copy: { url, batching: { count: 5000, period: '2ms' } } },
});

export async function run({ figures, options, dir }) {
  if (spawnSync('go', ['version']).error !== undefined)
    return console.error('peers: Go is not installed, so Benthos is left out');
  const program = join(dir, 'benthos');
  const sources = new URL('../peers/benthos/', import.meta.url).pathname;
  execFileSync('go', ['build', '-o', program, '.'], { cwd: sources, stdio: 'inherit' });
  const { startPostgres } = await createJiti(import.meta.url).import('../../test/helpers/postgres.ts');
  for (const connections of [64, 256])
    await withBenthos({ program, dir, startPostgres }, async (peer) => {
      await postSingles(`${peer.url}${path}`, { connections, seconds: 2 });
      const before = await peer.rows();
      const measured = peer.measure();
      const result = await postSingles(`${peer.url}${path}`, { connections, seconds: options.seconds });
      check(result.errors + result.non2xx === 0, `Benthos refused ${result.non2xx}, ${result.errors} failed`);
      const events = (await peer.rows()) - before;
      check(events >= result.requests, `Benthos answered ${result.requests} times, and has ${events} rows`);
      record(figures, `single POSTs, ${connections} connections`, events, measured());
    });
  await withBenthos({ program, dir, startPostgres }, async (peer) => {
    const file = (count) => {
      const name = join(dir, 'peers.ndjson');
      writeFileSync(name, Array.from({ length: count }, transactionText).join('\n'));
      return name;
    };
    await sendBatches(peer, file(warmUp));
    const rest = file(options.events);
    const measured = peer.measure();
    await sendBatches(peer, rest);
    const took = measured();
    check((await peer.rows()) === warmUp + options.events, 'Benthos has not all rows');
    record(figures, 'NDJSON', options.events, took);
  });
}

function record(figures, kind, events, { seconds, cpu, server }) {
  figures.record(`Benthos, loaded from ${kind} (events/s)`, events / seconds);
  figures.record(`Benthos, CPU, from ${kind} (µs/event)`, (cpu / events) * 1e6);
  figures.record(`Benthos, CPU of the server, from ${kind} (µs/event)`, (server / events) * 1e6);
}

async function withBenthos({ program, dir, startPostgres }, work) {
  const postgres = await startPostgres();
  const port = await freePort();
  const file = join(dir, 'benthos.json');
  writeFileSync(file, JSON.stringify(configOf(port, postgres.url())));
  const child = spawn(program, ['run', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const cpuSeconds = () => {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  };
  try {
    const url = `http://127.0.0.1:${port}`;
    for (let tries = 0; !(await fetch(url).then(Boolean, () => false)); tries++) {
      check(tries < 300 && child.exitCode === null, 'Benthos does not start');
      await sleep(100);
    }
    await work({
      url,
      rows: async () => (await postgres.run('select count(*)::int n from peer'))[0].n,
      measure() {
        const [start, before, serverBefore] = [performance.now(), cpuSeconds(), cpuOfPostgres()];
        return () => ({
          seconds: (performance.now() - start) / 1000,
          cpu: cpuSeconds() - before,
          server: cpuOfPostgres() - serverBefore,
        });
      },
    });
  } finally {
    child.kill('SIGKILL');
    await postgres.remove();
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
