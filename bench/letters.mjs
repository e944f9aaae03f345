import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// What many dead letters cost: memory, the pages that people look at, and their removal when they have aged out (Linux).
// npm run bench:letters   LETTERS=200000

const letters = Number(process.env.LETTERS ?? 200_000);
const root = join(import.meta.dirname, '..');
const folder = await mkdtemp(join(tmpdir(), 'sentinel-letters-bench-'));
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
let service;
let output = '';

try {
  console.log(`${cpus().length} × ${cpus()[0].model}, Node ${process.version}`);
  await start('');
  await fill();
  console.log(`just after: ${await memory()}`);
  await sleep(60_000);
  await look('a minute later');
  await restart('');
  await look('after a restart');
  await discard();
  await ageOut();
} finally {
  service?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function start(config) {
  await writeFile(join(folder, 'sentinel-config.yaml'), `log: { level: info, format: json }\n${config}`);
  const began = performance.now();
  output = '';
  service = spawn(
    process.execPath,
    [process.env.CLI ?? join(root, 'dist/cli.js'), 'start', '--port', String(port)],
    {
      cwd: folder,
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  service.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  while (!(await fetch(`${url}/ready`).catch(() => undefined))?.ok) {
    if (service.exitCode !== null) throw new Error(output);
    await sleep(50);
  }
  console.log(`ready after ${Math.round(performance.now() - began)} ms`);
}

async function restart(config) {
  service.kill('SIGTERM');
  if (service.exitCode === null) await new Promise((resolve) => service.once('exit', resolve));
  await start(config);
}

function event(number, change) {
  return JSON.stringify({
    event_id: randomUUID(),
    type: 'transaction',
    timestamp: new Date().toISOString(),
    amount: '12.50',
    currency: 'EUR',
    user_id: randomUUID(),
    email: `person-${number}@example.com`,
    ...change,
  });
}

async function answer(path, options) {
  let response = await fetch(url + path, options);
  for (; response.status === 503; response = await fetch(url + path, options)) await sleep(500);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

function post(path, body, type = 'application/json') {
  return answer(path, { method: 'POST', headers: { 'content-type': type }, body });
}

/** In 300 groups: each of twenty sources sends what fails in fifteen ways, 300 to 900 bytes long. */
async function fill() {
  const kinds = [
    { currency: 'Euro' },
    { amount: 'twelve' },
    { user_id: '7' },
    { timestamp: '26/11/2026x' },
    { amount: -1 },
  ];
  const began = performance.now();
  const perRequest = 2000;
  for (let sent = 0; sent < letters; sent += perRequest) {
    const lines = Array.from({ length: Math.min(perRequest, letters - sent) }, (_, at) =>
      event(sent + at, {
        [`note_${Math.floor(at / 5) % 3}`]: 'x'.repeat((at * 37) % 600),
        ...kinds[at % kinds.length],
      }),
    );
    await post(`/ingest/source-${(sent / perRequest) % 20}`, lines.join('\n'), 'application/x-ndjson');
  }
  for (;;) {
    const now = await answer('/api/v1/stats');
    if (now.pending + now.healing === 0 && now.dead_letters >= letters) break;
    await sleep(200);
  }
  console.log(`${letters} dead letters after ${Math.round((performance.now() - began) / 1000)} s`);
}

async function memory() {
  const status = await readFile(`/proc/${service.pid}/status`, 'utf8');
  const of = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024;
  // Pages of mapped files are the system's cache.
  return `${Math.round(of('RssAnon'))} MB (peak of all resident pages ${Math.round(of('VmHWM'))} MB)`;
}

async function look(when) {
  await sleep(2000);
  console.log(`${when}: ${await memory()}`);
  await timed('groups', () => answer('/api/v1/dead-letters/groups'));
  const { items } = await answer('/api/v1/dead-letters/groups?limit=1');
  const { contract, source, signature } = items[0];
  const group = new URLSearchParams({ contract, source, signature, limit: '100' });
  await timed('a group', () => answer(`/api/v1/dead-letters?${group}`));
  await timed('newest letters', () => answer('/api/v1/dead-letters?limit=100'));
  await timed('a code', () => answer('/api/v1/dead-letters?limit=100&code=no_repair_found'));
  await timed('q, no letter has it', () => answer('/api/v1/dead-letters?limit=100&q=nowhere'));
  const email = `person-${Math.round(letters / 20)}@example.com`;
  await timed('q, an e-mail address', () => find(email));
  await timed('events by q', () => answer(`/api/v1/events?q=${email}`).catch(() => undefined));
  console.log(`then: ${await memory()}`);
}

async function find(q) {
  for (let cursor = ''; ;) {
    const page = await answer(`/api/v1/dead-letters?q=${q}${cursor}`);
    if (page.items.length > 0) return;
    if (page.next === null) throw new Error('not found');
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
}

async function timed(what, ask) {
  const took = [];
  for (let turn = 0; turn < 10; turn++) {
    const began = performance.now();
    await ask();
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  console.log(`  ${what}: median ${Math.round(took[5])} ms, worst ${Math.round(took[9])} ms`);
}

async function discard() {
  const began = performance.now();
  const filter = { until: new Date().toISOString() };
  const { job_id: id } = await post(
    '/api/v1/dead-letters/discard',
    JSON.stringify({ filter, reason: 'bench' }),
  );
  while ((await answer(`/api/v1/jobs/${id}`)).state !== 'done') await sleep(500);
  console.log(`all discarded after ${Math.round((performance.now() - began) / 1000)} s`);
}

async function ageOut() {
  await sleep(5000);
  const before = await disk();
  await restart('retention: { dead_letters_days: 0.00001 }\n');
  while (!output.includes('"status":"aged_out"')) await sleep(500);
  const line = output.split('\n').find((one) => one.includes('"status":"aged_out"'));
  const { dead_letters: count, duration_ms: ms } = JSON.parse(line);
  // The table of letters follows.
  for (let left = 1; left > 0; await sleep(500)) {
    const sql = 'SELECT count(*) FROM _sentinel_dead_letters';
    const { rows } = await post('/api/v1/query', JSON.stringify({ sql }));
    left = Number(rows[0][0]);
  }
  console.log(`${count} deleted in ${Math.round(ms / 1000)} s; ${before}`);
  await restart('');
  console.log(`then ${await disk()}; ${output.split('\n').find((one) => one.includes('"compacted"')) ?? ''}`);
}

async function disk() {
  const size = async (file) =>
    Math.round((await stat(join(folder, 'data', file)).catch(() => ({ size: 0 }))).size / 2 ** 20);
  return `queue ${await size('queue/engine.mdb')} MB, DuckDB ${(await size('warehouse.duckdb')) + (await size('warehouse.duckdb.wal'))} MB`;
}
