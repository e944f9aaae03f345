import type { Command } from 'commander';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplyTo } from '../api/client.ts';
import { print, printJson, say, type Io } from './io.ts';
import { wholeNumber, withExamples, withJson } from './options.ts';

interface BenchOptions {
  json?: boolean;
  seconds: number;
  connections: number;
}

const batch = 1000;

export function registerBench(program: Command, io: Io): void {
  const command = withJson(program.command('bench'))
    .description(
      'Measure this machine: events accepted and loaded per second, by a service of its own in a temporary folder.',
    )
    .option('--seconds <count>', 'of each of the two runs', wholeNumber(1, 600), 5)
    .option('--connections <count>', 'for single events', wholeNumber(1, 1000), 64)
    .action((options: BenchOptions) => bench(io, options));
  withExamples(command, 'sentinel bench', 'sentinel bench --seconds 30 --connections 256');
}

async function bench(io: Io, { seconds, connections, json }: BenchOptions): Promise<void> {
  const { startTestService } = await import('../testing/test-service.ts');
  const service = await startTestService({});
  try {
    say(io, `Single events, ${connections} connections, ${seconds} s…`);
    const singles = await run(service.url, seconds, connections, () => ({ events: 1, body: event() }));
    say(io, `NDJSON of ${batch} events, ${seconds} s…`);
    const lines = await run(service.url, seconds, 2, () => ({
      events: batch,
      body: Array.from({ length: batch }, event).join('\n'),
    }));
    const figures = { singles_per_second: singles, ndjson_per_second: lines };
    if (json === true) return printJson(io, figures);
    print(io, `single events: ${singles} accepted and loaded a second\nNDJSON: ${lines} a second`);
    say(io, 'The sender shares the processors with the service.');
  } finally {
    await service.close();
  }
}

/** Events a second, from the first request until the last event is a row. */
async function run(
  url: string,
  seconds: number,
  connections: number,
  make: () => { events: number; body: string },
): Promise<number> {
  const loadedBefore = await loadedAt(url);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const began = performance.now();
  const ends = began + seconds * 1000;
  let sent = 0;
  const senders = Array.from({ length: connections }, async () => {
    while (performance.now() < ends) {
      const { events, body } = make();
      await send(`${url}/ingest`, agent, body);
      sent += events;
    }
  });
  await Promise.all(senders);
  while ((await loadedAt(url)) - loadedBefore < sent) await sleep(20);
  agent.destroy();
  return Math.round(sent / ((performance.now() - began) / 1000));
}

function send(url: string, agent: Agent, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-ndjson', 'content-length': Buffer.byteLength(body) };
    const sending = request(url, { method: 'POST', agent, headers }, (response) => {
      response
        .resume()
        .on('end', () =>
          response.statusCode === 202
            ? resolve()
            : reject(new Error(`ingest answered ${response.statusCode}`)),
        );
    });
    sending.on('error', reject).end(body);
  });
}

async function loadedAt(url: string): Promise<number> {
  const response = await fetch(`${url}/api/v1/stats`);
  return response.ok ? ((await response.json()) as ReplyTo<'GET /api/v1/stats'>).loaded : 0;
}

const event = (): string =>
  JSON.stringify({
    event_id: crypto.randomUUID(),
    amount: '19.90',
    currency: 'EUR',
    user_id: '123e4567-e89b-12d3-a456-426614174000',
    email: 'ada@example.com',
  });
