import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../config/load.ts';
import type { Logger } from '../support/log.ts';
import type { EventInfo } from '../server/routes/events.ts';
import { startSentinel } from '../runtime/sentinel.ts';

const goodEvent = {
  event_id: '0b8f4a52-6d0e-4c8e-9d7a-3f1f5f0f9a01',
  timestamp: '2026-01-15T10:30:00Z',
  source: 'simulation',
  amount: '49.90',
  currency: 'EUR',
  user_id: '5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a',
  email: 'ada@example.com',
};

/** What is sent, and what must become of it. */
const scenarios: readonly { name: string; event: object; expected: EventInfo['status']; field?: string }[] = [
  { name: 'a good event', event: goodEvent, expected: 'loaded' },
  {
    name: 'a drifted event (user_email for email)',
    event: renamed({ ...goodEvent, event_id: '0b8f4a52-6d0e-4c8e-9d7a-3f1f5f0f9a02' }, 'email', 'user_email'),
    expected: 'repaired',
  },
  {
    name: 'a breach of the contract (amount is no number)',
    event: { ...goodEvent, event_id: '0b8f4a52-6d0e-4c8e-9d7a-3f1f5f0f9a03', amount: 'not-a-number' },
    expected: 'dead_letter',
    field: '/amount',
  },
];

const patienceMs = 15_000;

/**
 * The contract-breach simulation: the real service, on a free port, with a temporary data folder and no LLM, on the
 * shipped contracts and those of `contractFolders`, which win. `ok` only when the good event was loaded, the drifted
 * one repaired, and the breach caught with the field named.
 */
export async function runSimulation({
  contractFolders,
  log,
  print,
}: {
  contractFolders: string[];
  log: Logger;
  print: (line: string) => void;
}): Promise<{ ok: boolean }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sentinel-simulation-'));
  const config = loadConfig({
    env: {},
    cwd: dataDir,
    overrides: {
      dataDir,
      contracts: contractFolders,
      http: { port: 0, host: '127.0.0.1' },
      log: { level: 'error' },
    },
  });
  const sentinel = await startSentinel(config, { log });
  try {
    let ok = true;
    for (const { name, event, expected, field } of scenarios) {
      const info = await outcome(sentinel.url, event);
      const named = field === undefined || (info.violations ?? []).some(({ path }) => path === field);
      const passed = info.status === expected && named;
      ok &&= passed;
      print(`${passed ? 'ok  ' : 'FAIL'}  ${name}: ${info.status}${passed ? '' : `, expected ${expected}`}`);
      for (const { path, code, message } of info.violations ?? [])
        print(`        ${path} ${code}: ${message}`);
    }
    print(ok ? 'The breach was caught, the good event was loaded.' : 'The simulation failed.');
    return { ok };
  } finally {
    await sentinel.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function outcome(url: string, event: object): Promise<EventInfo> {
  const accepted = await fetch(`${url}/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
  if (accepted.status !== 202)
    throw new Error(`ingest answered ${accepted.status}: ${await accepted.text()}`);
  const { request_id: id } = (await accepted.json()) as { request_id: string };
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const info = (await (await fetch(`${url}/api/v1/events/${id}`)).json()) as EventInfo;
    if (info.status !== 'accepted' && info.status !== 'healing') return info;
    if (Date.now() > deadline) return info;
    await sleep(20);
  }
}

function renamed(event: Record<string, unknown>, from: string, to: string): object {
  const { [from]: value, ...rest } = event;
  return { ...rest, [to]: value };
}
