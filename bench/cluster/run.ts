// CPU and throughput of a cluster on this machine, beside one process: npm run bench:cluster (Linux)
// EVENTS=100000 (as NDJSON, 1,000 a request) SECONDS=8 (of single POSTs) WORKERS=1,2,3 NATS_SERVER=/path/to/nats-server
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stats } from '../../src/server/stats.ts';
import { natsVersion } from '../../test/helpers/nats-server.ts';
import { get, transaction } from '../../test/helpers/sentinel.ts';
import { postSingles } from '../load/single.mjs';
import { type CpuSeconds, between, cpuOfChildren } from './cpu.ts';
import { type Installation, cluster, embedded } from './installations.ts';

const events = Number(process.env['EVENTS'] ?? 100_000);
const singlesSeconds = Number(process.env['SECONDS'] ?? 8);
const workers = (process.env['WORKERS'] ?? '1,2,3').split(',').map(Number);
const perRequest = 1000;
const batchesAtOnce = 4;
const connections = 64;
const giveUpMs = 300_000;

interface Figures {
  perSecond: number;
  /** Microseconds of CPU an event, by part. */
  cost: CpuSeconds;
}

function partOf(command: string): string | undefined {
  if (command.includes('nats-server')) return 'NATS';
  if (command.includes('postgres')) return 'PostgreSQL';
  if (command.includes('--role gateway')) return 'gateway';
  if (command.includes('--role worker')) return 'workers';
  if (command.includes('cli.js start')) return 'the process';
  return undefined;
}

async function sendLines(url: string, count: number): Promise<void> {
  const bodies = Array.from({ length: count / perRequest }, () =>
    Array.from({ length: perRequest }, () => JSON.stringify(transaction())).join('\n'),
  );
  let next = 0;
  const sender = async (): Promise<void> => {
    for (let at = next++; at < bodies.length; at = next++)
      while (!(await isAccepted(url, bodies[at]!))) await sleep(100);
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, sender));
}

async function sendSingles(url: string): Promise<void> {
  const { errors, non2xx } = await postSingles(`${url}/ingest`, { connections, seconds: singlesSeconds });
  if (errors + non2xx > 0) throw new Error(`${non2xx} single POSTs were refused, and ${errors} failed`);
}

/** False when the service is full, and wants it again later. */
async function isAccepted(url: string, body: string): Promise<boolean> {
  const response = await fetch(`${url}/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body,
  });
  await response.arrayBuffer();
  if (response.status !== 202 && response.status !== 503)
    throw new Error(`ingest answered ${response.status}`);
  return response.status === 202;
}

/** From the first request until all that was accepted is loaded, which is checked. */
async function measure({ url, rows }: Installation, sendAll: () => Promise<void>): Promise<Figures> {
  const stats = () => get<Stats>(`${url}/api/v1/stats`);
  const before = { ...(await stats()), cpu: cpuOfChildren(partOf), at: performance.now() };
  await sendAll();
  // What was under way when a sender stopped counting is accepted a little later.
  let { accepted } = await stats();
  for (let last = -1; accepted !== last; { accepted } = await stats()) {
    last = accepted;
    await sleep(250);
  }
  let { loaded } = await stats();
  while (loaded - before.loaded < accepted - before.accepted) {
    if (performance.now() - before.at > giveUpMs)
      throw new Error(`only ${loaded - before.loaded} of ${accepted - before.accepted} were loaded`);
    await sleep(50);
    ({ loaded } = await stats());
  }
  const seconds = (performance.now() - before.at) / 1000;
  const used = between(before.cpu, cpuOfChildren(partOf));
  const count = loaded - before.loaded;
  const found = await rows?.();
  if (count !== accepted - before.accepted || (found !== undefined && found !== loaded))
    throw new Error(`${accepted} events were accepted in all, ${loaded} loaded, and ${found} rows are there`);
  const cost = Object.fromEntries(Object.entries(used).map(([part, cpu]) => [part, (cpu * 1e6) / count]));
  return { perSecond: count / seconds, cost };
}

function report(name: string, how: string, { perSecond, cost }: Figures): void {
  const total = Object.values(cost).reduce((sum, one) => sum + one, 0);
  const parts = Object.entries(cost).map(([part, one]) => `${part} ${one.toFixed(0)}`);
  console.log(
    `${name}; ${how}: ${perSecond.toFixed(0)} events/s; ${total.toFixed(0)} µs CPU an event (${parts.join(', ')})`,
  );
}

console.log(`${cpus().length} × ${cpus()[0]!.model}, Node ${process.version}, nats-server ${natsVersion}`);
for (const start of [embedded, ...workers.map((count) => () => cluster(count))]) {
  const installation = await start();
  try {
    const { url, name } = installation;
    await measure(installation, () => sendLines(url, 20_000)); // warm
    report(name, 'NDJSON', await measure(installation, () => sendLines(url, events)));
    await measure(installation, () => sendSingles(url)); // warm
    report(name, 'single POSTs', await measure(installation, () => sendSingles(url)));
  } finally {
    await installation.stop();
  }
}
