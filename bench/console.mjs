import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

// How fast the console reacts with many dead letters while events flow, and what it costs the service (Linux).
// npm run bench:console   LETTERS=100000 RATE=20000 CHROMIUM=/path/to/chromium

const letters = Number(process.env.LETTERS ?? 100_000);
const rate = Number(process.env.RATE ?? 20_000);
const root = join(import.meta.dirname, '..');

const folder = await mkdtemp(join(tmpdir(), 'sentinel-console-bench-'));
await writeFile(join(folder, 'sentinel-config.yaml'), 'log: { level: error }\n');
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const service = spawn(process.execPath, [join(root, 'dist/cli.js'), 'start', '--port', String(port)], {
  cwd: folder,
  env: { PATH: process.env.PATH },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let browser;
try {
  await started();
  console.log(`${cpus().length} × ${cpus()[0].model}, Node ${process.version}`);
  await fill();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  await reactions();
  await cost();
} finally {
  await browser?.close();
  service.kill('SIGTERM');
  await new Promise((resolve) => (service.exitCode === null ? service.once('exit', resolve) : resolve()));
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

async function started() {
  for (let waited = 0; waited < 600; waited++) {
    if ((await fetch(`${url}/ready`).catch(() => undefined))?.ok) return;
    await sleep(100);
  }
  throw new Error('the service did not start within a minute');
}

function transaction(change) {
  return JSON.stringify({
    event_id: randomUUID(),
    type: 'transaction',
    timestamp: new Date().toISOString(),
    amount: '12.50',
    currency: 'EUR',
    user_id: randomUUID(),
    email: 'ada@example.com',
    ...change,
  });
}

async function send(source, lines) {
  const response = await fetch(`${url}/ingest/${source}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.join('\n'),
  });
  if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
}

async function stats() {
  return (await fetch(`${url}/api/v1/stats`)).json();
}

async function settled() {
  for (;;) {
    const now = await stats();
    if (now.pending + now.healing === 0) return now;
    await sleep(200);
  }
}

/** Dead letters of six kinds from ten sources. */
async function fill() {
  const kinds = [
    { currency: 'Euro' },
    { amount: 'twelve' },
    { email: 'nobody' },
    { user_id: '7' },
    { timestamp: '26/11/2026' },
    { amount: undefined, price: '1' },
  ];
  for (let sent = 0; sent < letters; sent += 5000)
    await send(
      `source-${(sent / 5000) % 10}`,
      Array.from({ length: Math.min(5000, letters - sent) }, (_, at) =>
        transaction(kinds[at % kinds.length]),
      ),
    );
  const { dead_letters: dead } = await settled();
  console.log(`${dead} dead letters`);
}

/** Sends at the rate until stopped, whatever the answers take. */
function flow() {
  const batch = Array.from({ length: rate / 10 }, () => '');
  const stop = new AbortController();
  const done = (async () => {
    for (let next = Date.now(); !stop.signal.aborted; next += 100) {
      await send(
        'load',
        batch.map(() => transaction()),
      );
      await sleep(Math.max(0, next + 100 - Date.now()));
    }
  })();
  return async () => {
    stop.abort();
    await done;
  };
}

async function reactions() {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await page.addInitScript(() => {
    globalThis.reactions = [];
    new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries()) globalThis.reactions.push({ name, duration });
    }).observe({ type: 'event', durationThreshold: 16 });
  });
  const stop = flow();
  const before = await stats();
  const began = Date.now();
  const press = async (key, times) => {
    for (let time = 0; time < times; time++) await page.keyboard.press(key, { delay: 15 });
  };
  const letter = (await (await fetch(`${url}/api/v1/dead-letters/groups`)).json()).items[0];
  const group = `/dead-letters/group/${letter.signature}?contract=${letter.contract}&source=${letter.source}`;
  const places = [
    [
      'overview',
      '/',
      '.time-chart canvas',
      () => page.getByRole('button', { name: '1 h', exact: true }).click(),
    ],
    ['dead letters, groups', '/dead-letters', '.row-link', () => press('j', 30)],
    ['dead letters, all', '/dead-letters/all', '.row-link', () => press('j', 250)],
    ['dead letters, a group', group, '.raw-line', () => press('j', 250)],
    ['a letter, typing', `/dead-letters/${letter.sample_id}`, '.cm-content', () => type()],
    ['events', '/events', '.row-link', () => press('j', 100)],
    ['logs', '/logs', '.filters', () => page.getByRole('searchbox').fill('failed')],
  ];
  async function type() {
    await page.locator('.cm-content').click();
    await page.keyboard.type('  "note": 1', { delay: 40 });
  }
  for (const [name, path, ready, act] of places) {
    const from = performance.now();
    await page.goto(`${url}/console${path}`);
    await page.locator(ready).first().waitFor();
    const load = performance.now() - from;
    await sleep(1000);
    await page.evaluate(() => globalThis.reactions.splice(0));
    await act();
    await sleep(500);
    const all = (await page.evaluate(() => globalThis.reactions))
      .map(({ duration }) => duration)
      .toSorted((a, b) => a - b);
    const at = (share) => all[Math.floor((all.length - 1) * share)] ?? '<16';
    console.log(
      `${name}: loaded in ${load.toFixed(0)} ms; reacts in ${at(0.5)} ms (median), ${at(0.98)} ms (98 %), ${at(1)} ms (worst)`,
    );
  }
  const seconds = (Date.now() - began) / 1000;
  await stop();
  const after = await settled();
  console.log(`meanwhile ${Math.round((after.accepted - before.accepted) / seconds)} events/s were accepted`);
  await page.context().close();
}

/** Seconds of processor time that the service used so far. */
async function used() {
  const fields = (await readFile(`/proc/${service.pid}/stat`, 'utf8')).split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Processor time of the same events without and with an open overview, in turn. */
async function cost() {
  const rounds = { without: [], with: [] };
  for (let round = 0; round < 4; round++)
    for (const name of ['without', 'with']) {
      const context = await browser.newContext();
      if (name === 'with') {
        const page = await context.newPage();
        await page.goto(`${url}/console/`);
        await page.locator('.time-chart canvas').first().waitFor();
      }
      const from = await used();
      const stop = flow();
      await sleep(8000);
      await stop();
      await settled();
      rounds[name].push((await used()) - from);
      await context.close();
    }
  const [without, open] = [rounds.without, rounds.with].map((all) => all.toSorted((a, b) => a - b)[1]);
  console.log(
    `processor time for 8 s at ${rate}/s: ${without.toFixed(2)} s; with the overview open ${open.toFixed(2)} s (${((open / without - 1) * 100).toFixed(1)} %)`,
  );
}
