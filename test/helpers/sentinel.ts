import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { EventTrail } from '../../src/server/event-info.ts';
import { until } from './until.ts';
import { endWithUs } from './end-with-us.ts';

export { runCommand } from './command.ts';

const cli = new URL('../../dist/cli.js', import.meta.url).pathname;

/** A machine that is busy with other tests may take long to load everything. */
const startsWithinMs = 60_000;
const endsWithinMs = 60_000;
const answersWithinMs = 60_000;
const keptChars = 200_000;

export interface RunningSentinel {
  url: string;
  dir: string;
  /** What it wrote to its log, a JSON object a line. */
  log: () => Record<string, unknown>[];
  /** How the process ended, with the end of what it wrote; undefined while it runs. */
  lastWords: () => string | undefined;
  /** Resolves with the exit code when the process has ended. */
  kill(signal: NodeJS.Signals): Promise<number | null>;
  /** The same data folder, a new process. */
  restart(): Promise<void>;
  /** SIGTERM, and the folder is removed. Returns the exit code. */
  stop(): Promise<number | null>;
}

export interface StartOptions {
  /** The content of sentinel-config.yaml. */
  config?: object;
  env?: Record<string, string>;
  command?: string[];
  /** Files below the working folder, by path. */
  files?: Record<string, string>;
}

/** The built service as a process of its own, on a free port, in a folder of its own. */
export async function startProcess(options: StartOptions = {}): Promise<RunningSentinel> {
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-e2e-'));
  await writeFile(join(dir, 'sentinel-config.yaml'), stringify(options.config ?? {}));
  for (const [path, text] of Object.entries(options.files ?? {})) {
    await mkdir(join(dir, path, '..'), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  /** The end of what it wrote; a campaign goes on for an hour. */
  let output = '';
  const write = (text: string) => void (output = (output + text).slice(-keptChars));
  const logged: Record<string, unknown>[] = [];
  let child: ChildProcess;
  /** Resolves when it has ended and all that it wrote has been read. */
  let closed: Promise<unknown>;
  let url = '';

  async function start(): Promise<void> {
    output = '';
    child = spawn(process.execPath, [cli, ...(options.command ?? ['start'])], {
      cwd: dir,
      env: { PATH: process.env['PATH'], SENTINEL_API_PORT: '0', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endWithUs(child);
    closed = once(child, 'close');
    let rest = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      write(text);
      const lines = (rest + text).split('\n');
      // Comes in parts; what a killed process was writing is no line.
      rest = lines.pop()!;
      for (const line of lines) if (line.startsWith('{')) logged.push(parseLine(line));
    });
    child.stderr!.setEncoding('utf8').on('data', write);
    try {
      await until(async () => {
        url = /"url":"([^"]+)"/.exec(output)?.[1] ?? '';
        if (child.exitCode !== null) {
          await closed;
          throw new Error(`sentinel ended with ${child.exitCode}:\n${output}`);
        }
        return url !== '';
      }, startsWithinMs);
    } catch (error) {
      // The caller gets nothing that it could stop.
      child.kill('SIGKILL');
      throw error;
    }
  }

  async function kill(signal: NodeJS.Signals): Promise<number | null> {
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    if (!hasEnded) child.kill(signal);
    const tooLong =
      !hasEnded && signal === 'SIGTERM' && setTimeout(() => child.kill('SIGKILL'), endsWithinMs);
    await closed;
    clearTimeout(tooLong || undefined);
    if (tooLong && child.signalCode === 'SIGKILL')
      throw new Error(`killed, as it has not ended after ${signal}; its log:\n${output.slice(-4000)}`);
    return child.exitCode;
  }

  await start();
  return {
    get url() {
      return url;
    },
    dir,
    log: () => [...logged],
    lastWords: () =>
      child.exitCode === null && child.signalCode === null
        ? undefined
        : `${child.exitCode ?? child.signalCode}: ${output.slice(-2000)}`,
    kill,
    restart: start,
    async stop() {
      const code = await kill('SIGTERM');
      await rm(dir, { recursive: true, force: true });
      return code;
    },
  };
}

function parseLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { code: 'no_json', level: 'error', msg: line.slice(0, 1000) };
  }
}

export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    signal: AbortSignal.timeout(answersWithinMs),
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Asks again while the service says that it is busy; for questions, which change nothing. */
async function ask(url: string, question: RequestInit = {}): Promise<Response> {
  const signal = AbortSignal.timeout(answersWithinMs);
  for (;;) {
    const response = await fetch(url, { ...question, signal });
    const wait = response.headers.get('retry-after');
    if (wait === null || response.status !== 503) return response;
    await response.body?.cancel();
    await sleep(Number(wait) * 1000, undefined, { signal });
  }
}

export async function get<T>(url: string): Promise<T> {
  const response = await ask(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** Sends one event and returns its request id. */
export async function ingest(url: string, event: unknown, source?: string): Promise<string> {
  const response = await post(source === undefined ? `${url}/ingest` : `${url}/ingest/${source}`, event);
  if (response.status !== 202)
    throw new Error(`ingest answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { request_id: string }).request_id;
}

/** Sends events in one request; their request ids in the same order. */
export async function ingestAll(url: string, events: readonly unknown[]): Promise<string[]> {
  const response = await post(`${url}/ingest`, events);
  if (response.status !== 202)
    throw new Error(`ingest answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { request_ids: string[] }).request_ids;
}

/** Waits until the event is settled: loaded, repaired, duplicate, dead or discarded. */
export async function settled(url: string, requestId: string, ms = 30_000): Promise<EventTrail> {
  let info: EventTrail | undefined;
  await until(async () => {
    info = await get<EventTrail>(`${url}/api/v1/events/${requestId}`);
    return info.status !== 'accepted' && info.status !== 'healing';
  }, ms);
  return info!;
}

/** What an event may have ended as, and where it may still be. */
export type StatsSum = Record<
  'accepted' | 'loaded' | 'repaired' | 'duplicate' | 'dead_letters' | 'discarded' | 'pending' | 'healing',
  number
>;

/** When nothing is on its way, and every event is counted where it is: letters are counted and listed a moment after they are kept. */
export async function countedStats(url: string, ms?: number): Promise<StatsSum> {
  let stats: StatsSum | undefined;
  await until(async () => {
    stats = await get<StatsSum>(`${url}/api/v1/stats`);
    const { accepted, loaded, repaired, duplicate, dead_letters: dead, discarded } = stats;
    const isCounted = accepted === loaded + repaired + duplicate + dead + discarded;
    return isCounted && stats.pending === 0 && stats.healing === 0;
  }, ms);
  return stats!;
}

export async function query(url: string, sql: string, maxRows = 10_000): Promise<Record<string, unknown>[]> {
  const body = JSON.stringify({ sql, max_rows: maxRows });
  const headers = { 'content-type': 'application/json' };
  const response = await ask(`${url}/api/v1/query`, { method: 'POST', headers, body });
  const result = (await response.json()) as { columns: string[]; rows: unknown[][] };
  if (!response.ok) throw new Error(JSON.stringify(result));
  return result.rows.map((row) =>
    Object.fromEntries(result.columns.map((column, index) => [column, row[index]])),
  );
}

/** A valid transaction, another one at each call. */
export function transaction(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    event_id: crypto.randomUUID(),
    timestamp: '2026-01-15T10:30:00Z',
    source: 'shop',
    amount: 99.99,
    currency: 'EUR',
    user_id: '5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a',
    email: 'ada@example.com',
    ...change,
  };
}

export function without(event: Record<string, unknown>, ...fields: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(event).filter(([field]) => !fields.includes(field)));
}
