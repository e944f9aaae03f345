import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Stats } from '../../src/server/stats.ts';
import { get } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';
import type { Balance } from './balance.ts';
import { type People, startPeople } from './people.ts';
import { type Profile, type ProfileName, startAgain, startProfile } from './profiles.ts';
import { type Random, oneOf, randomOf } from './random.ts';
import { type Traffic, startTraffic } from './traffic.ts';

export interface Report {
  profile: ProfileName;
  seed: number;
  seconds: number;
  faults: Record<string, number>;
  people: People['done'];
  refused: number;
  /** Services that ended by themselves. */
  ended: string[];
  balance: Balance;
}

/** Milliseconds between two faults, at most; now and then there is none, and two happen together. */
const longestPauseMs = 3000;
const restMs = 180_000;

/** Runs one profile under traffic, people and faults for a time, lets it come to rest, and counts. */
export async function runCampaign(name: ProfileName, seed: number, seconds: number): Promise<Report> {
  const random = randomOf(seed);
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-chaos-'));
  const ledger = join(dir, 'accepted');
  const profile = await startProfile(name);
  try {
    const traffic: Traffic = startTraffic(profile.urls, ledger, randomOf(seed + 1));
    const people = startPeople(profile.urls, randomOf(seed + 2), traffic.driftAnew);
    const ended: string[] = [];
    const faults = await makeTrouble(profile, random, seconds, ended);
    await people.stop();
    await traffic.stop();
    await rest(profile, ended);
    const { done } = people;
    const { refused } = traffic;
    const balance = await count(profile, ledger);
    return { profile: name, seed, seconds, faults, people: done, refused, ended, balance };
  } finally {
    await profile.remove();
    await rm(dir, { recursive: true, force: true });
  }
}

async function makeTrouble(
  profile: Profile,
  random: Random,
  seconds: number,
  ended: string[],
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const deadline = performance.now() + seconds * 1000;
  const lane = async (): Promise<void> => {
    await sleep(random() * longestPauseMs);
    const fault = oneOf(random, profile.faults);
    if (busy.has(whoOf(fault.name))) return;
    busy.add(whoOf(fault.name));
    counts[fault.name] = (counts[fault.name] ?? 0) + 1;
    await fault.happen();
    busy.delete(whoOf(fault.name));
  };
  const busy = new Set<string>();
  const lanes = Array.from({ length: profile.services.length > 1 ? 2 : 1 }, async () => {
    while (performance.now() < deadline) {
      await lane();
      await revive(profile, busy, ended);
    }
  });
  await Promise.all(lanes);
  return counts;
}

/** A fault's victim: two faults of one are not made at once. */
const whoOf = (name: string): string => name.replace(/^kill -9 of | stands still$| is stopped with .*$/g, '');

/** Starts what has ended by itself, as a supervisor would; only while nobody else stops and starts services. */
async function revive({ services }: Profile, busy: ReadonlySet<string>, ended: string[]): Promise<void> {
  if (busy.size > 0) return;
  for (const service of services) {
    const there = await fetch(`${service.url}/health`, { signal: AbortSignal.timeout(10_000) }).then(
      () => true,
      () => false,
    );
    if (there || busy.size > 0 || !(await hasEnded(service))) continue;
    ended.push(JSON.stringify(service.log().findLast(({ level }) => level === 'fatal' || level === 'error')));
    await startAgain(service);
  }
}

async function hasEnded(service: Profile['services'][number]): Promise<boolean> {
  const connects = await fetch(`${service.url}/health`, { signal: AbortSignal.timeout(2000) }).then(
    () => true,
    (error: unknown) => !String((error as { cause?: unknown }).cause).includes('ECONNREFUSED'),
  );
  return !connects;
}

/** Until nothing is on its way any more. */
async function rest(profile: Profile, ended: string[]): Promise<void> {
  let last = '';
  const isQuiet = async (): Promise<boolean> => {
    await revive(profile, new Set(), ended);
    const url = profile.urls()[0]!;
    const { pending, healing } = await get<Stats>(`${url}/api/v1/stats`);
    const { items } = await get<{ items: unknown[] }>(`${url}/api/v1/dead-letters?status=replaying&limit=5`);
    last = JSON.stringify({ pending, healing, replaying: items.length });
    return pending === 0 && healing === 0 && items.length === 0;
  };
  let quiet = 0;
  await until(async () => {
    await sleep(500);
    quiet = (await isQuiet().catch((error: unknown) => ((last = String(error)), false))) ? quiet + 1 : 0;
    // Letters of a rollback follow its rows.
    return quiet >= 6;
  }, restMs).catch((error: unknown) => {
    process.stderr.write(`not at rest: ${last}; ${String(error)}\n`);
  });
}

async function count(profile: Profile, ledger: string): Promise<Balance> {
  const script = new URL('./check.ts', import.meta.url).pathname;
  const args = [script, ledger, profile.urls()[0]!, ...(profile.postgresUrl ? [profile.postgresUrl] : [])];
  const { stdout } = await promisify(execFile)('npx', ['jiti', ...args], { maxBuffer: 1 << 28 });
  return JSON.parse(stdout) as Balance;
}
