// CPU and throughput of a cluster on this machine, beside one process: npm run bench:cluster (Linux)
// EVENTS=100000 (as NDJSON, 1,000 a request) SINGLES=20000 (one a request) WORKERS=1,2,3 NATS_SERVER=/path/to/nats-server
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stats } from '../../src/server/stats.ts';
import { natsVersion } from '../../test/helpers/nats-server.ts';
import { get, transaction } from '../../test/helpers/sentinel.ts';
import { type CpuSeconds, between, cpuOfChildren } from './cpu.ts';
import { type Installation, cluster, embedded } from './installations.ts';

const events = Number(process.env['EVENTS'] ?? 100_000);
const singles = Number(process.env['SINGLES'] ?? 20_000);
const workers = (process.env['WORKERS'] ?? '1,2,3').split(',').map(Number);
const perRequest = 1000;
const batchesAtOnce = 4;
const singlesAtOnce = 64;
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

async function send(url: string, type: string, bodies: readonly string[], atOnce: number): Promise<void> {
  let next = 0;
  const sender = async (): Promise<void> => {
    for (let at = next++; at < bodies.length; at = next++)
      while (!(await isAccepted(url, type, bodies[at]!))) await sleep(100);
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
}

/** False when the service is full, and wants it again later. */
async function isAccepted(url: string, type: string, body: string): Promise<boolean> {
  const response = await fetch(`${url}/ingest`, { method: 'POST', headers: { 'content-type': type }, body });
  await response.arrayBuffer();
  if (response.status !== 202 && response.status !== 503)
    throw new Error(`ingest answered ${response.status}`);
  return response.status === 202;
}

async function measure(
  { url, rows }: Installation,
  count: number,
  sendAll: () => Promise<void>,
): Promise<Figures> {
  const stats = () => get<Stats>(`${url}/api/v1/stats`);
  const before = { loaded: (await stats()).loaded, cpu: cpuOfChildren(partOf), at: performance.now() };
  await sendAll();
  let loaded = 0;
  while (loaded < count) {
    if (performance.now() - before.at > giveUpMs) throw new Error(`only ${loaded} of ${count} were loaded`);
    await sleep(50);
    loaded = (await stats()).loaded - before.loaded;
  }
  const seconds = (performance.now() - before.at) / 1000;
  const used = between(before.cpu, cpuOfChildren(partOf));
  const found = await rows?.();
  if (loaded !== count || (found !== undefined && found !== before.loaded + count))
    throw new Error(`${count} events were sent, ${loaded} loaded, and ${found} rows are there in all`);
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
    const ndjson = (count: number): string[] =>
      Array.from({ length: count / perRequest }, () =>
        Array.from({ length: perRequest }, () => JSON.stringify(transaction())).join('\n'),
      );
    const lines = async (count: number) => {
      const bodies = ndjson(count);
      return measure(installation, count, () =>
        send(installation.url, 'application/x-ndjson', bodies, batchesAtOnce),
      );
    };
    await lines(20_000); // warm
    report(installation.name, 'NDJSON', await lines(events));
    const bodies = Array.from({ length: singles }, () => JSON.stringify(transaction()));
    report(
      installation.name,
      'single POSTs',
      await measure(installation, singles, () =>
        send(installation.url, 'application/json', bodies, singlesAtOnce),
      ),
    );
  } finally {
    await installation.stop();
  }
}
