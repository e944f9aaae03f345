import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConfigOverrides, loadConfig } from '../config/load.ts';
import type { QueryResult } from '../load/destination.ts';
import type { EventTrail } from '../server/event-info.ts';
import { startSentinel } from '../runtime/sentinel.ts';
import { type Logger, createLogger } from '../support/log.ts';

/** A service of its own for one test: the real one, on a free port, with a temporary data folder, DuckDB and no LLM. */
export interface TestService {
  readonly url: string;
  /** Sends the events (values, or JSON texts) in one request; resolves with how each ended, in the same order. */
  outcomes(source: string, events: readonly (object | string)[]): Promise<EventTrail[]>;
  /** SQL on the loaded rows. */
  query(sql: string): Promise<QueryResult>;
  close(): Promise<void>;
}

const patienceMs = 30_000;
const pauseMs = 20;

/** `overrides`: settings, as `{ contracts: ['contracts'], steps: ['steps'] }`; folders are below the working folder. */
export async function startTestService(
  overrides: ConfigOverrides,
  log: Logger = createLogger({ level: 'silent', format: 'json' }),
): Promise<TestService> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sentinel-test-'));
  const { contracts, steps } = overrides;
  const config = loadConfig({
    env: {},
    cwd: dataDir,
    overrides: {
      ...overrides,
      ...(contracts && { contracts: contracts.map((folder) => resolve(folder)) }),
      ...(steps && { steps: steps.map((folder) => resolve(folder)) }),
      dataDir,
      http: { port: 0, host: '127.0.0.1' },
      log: { level: 'error' },
    },
  });
  const sentinel = await startSentinel(config, { log });
  return {
    url: sentinel.url,
    async outcomes(source, events) {
      const ids = await send(`${sentinel.url}/ingest/${encodeURIComponent(source)}`, events);
      const deadline = Date.now() + patienceMs;
      const infos: EventTrail[] = [];
      for (const id of ids) infos.push(await settled(`${sentinel.url}/api/v1/events/${id}`, deadline));
      return infos;
    },
    query: (sql) => sentinel.parts.host.api.query(sql),
    async close() {
      await sentinel.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function send(url: string, events: readonly (object | string)[]): Promise<string[]> {
  const lines = events.map((event) => (typeof event === 'string' ? event : JSON.stringify(event)));
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: `${lines.join('\n')}\n`,
  });
  if (response.status !== 202)
    throw new Error(`ingest answered ${response.status}: ${await response.text()}`);
  const { request_ids: ids } = (await response.json()) as { request_ids: string[] };
  return ids;
}

async function settled(url: string, deadline: number): Promise<EventTrail> {
  for (;;) {
    const response = await fetch(url);
    const info = (await response.json()) as EventTrail;
    // A busy service answers 503, and is asked again.
    const isSettled = response.ok && info.status !== 'accepted' && info.status !== 'healing';
    if (isSettled) return info;
    if (Date.now() > deadline) throw new Error(`an event was not settled within ${patienceMs / 1000} s`);
    await sleep(pauseMs);
  }
}
