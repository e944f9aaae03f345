import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Stats } from '../../src/server/stats.ts';
import { get } from '../helpers/sentinel.ts';
import { type Balance, faultsOf } from './balance.ts';
import { startAgain } from './faults/kills.ts';
import { type People, startPeople } from './people.ts';
import { type Profile, type ProfileName, startProfile } from './profiles.ts';
import { randomOf } from './random.ts';
import { type Made, carryOut } from './schedule.ts';
import { type Traffic, startTraffic } from './traffic.ts';

export interface CampaignOptions {
  profile: ProfileName;
  seed: number;
  /** Of trouble; a few more until everything is at rest. */
  seconds: number;
  /** Ids of the faults that are made; all by default. */
  only?: ReadonlySet<string> | undefined;
  withPeople: boolean;
  withPoison: boolean;
}

export interface Report {
  made: Made[];
  people: People['done'];
  refused: number;
  /** Undefined when nobody answered who could say. */
  balance: Balance | undefined;
  /** What may not be, a line each; empty when all is well. */
  problems: string[];
}

/** Of waiting events whose number does not fall. */
const patienceMs = 120_000;
const settleMs = 10_000;
const tellEveryMs = 60_000;

/** Runs one profile under traffic, people and faults for a time, lets it come to rest, and counts. */
export async function runCampaign(options: CampaignOptions): Promise<Report> {
  const { seed, seconds, only } = options;
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-chaos-'));
  const ledger = join(dir, 'accepted');
  const profile = await startProfile(options.profile);
  try {
    const traffic = startTraffic(profile.urls, ledger, randomOf(seed + 1), options.withPoison);
    const people = options.withPeople
      ? startPeople(profile.urls, randomOf(seed + 2), traffic.driftAnew)
      : undefined;
    const telling = setInterval(() => process.stdout.write(`${progressOf(traffic)}\n`), tellEveryMs).unref();
    const ended: string[] = [];
    const busy = new Set<string>();
    const lanes = profile.services.length > 1 ? 2 : 1;
    const made = await carryOut({ faults: profile.faults, seed, seconds, lanes, only }, busy, {
      between: () => revive(profile, busy, ended),
      onTrouble: (what) => void ended.push(what),
    });
    await people?.stop();
    await traffic.stop();
    const restless = await rest(profile, ended);
    clearInterval(telling);
    const look = async (): Promise<Balance | string> => {
      const found = await count(profile, ledger);
      // What is still on its way is nowhere yet.
      return restless === undefined || typeof found === 'string'
        ? found
        : { ...found, lost: [], replaying: 0 };
    };
    let counted = await look();
    if (typeof counted !== 'string' && faultsOf(counted).length > 0) {
      // What a withdrawal or a replay is still about to write is no fault.
      await sleep(settleMs);
      counted = await look();
    }
    const balance = typeof counted === 'string' ? undefined : counted;
    const problems = [
      ...(restless === undefined ? [] : [restless]),
      ...(typeof counted === 'string' ? [counted] : faultsOf(counted)),
      ...ended.map((why) => `a service ended by itself, or did not start again: ${why}`),
      ...traffic.odd.map((line) => `odd answer: ${line}`),
      ...profile.services.flatMap((service) =>
        service
          .log()
          .filter(({ code }) => code === 'no_json')
          .map(({ msg }) => `a line of a log is no JSON: ${String(msg)}`),
      ),
    ];
    if (problems.length > 0) problems.push(`what the services said: ${await keepLogs(profile)}`);
    const done = people?.done ?? { replays: 0, edits: 0, discards: 0, rollbacks: 0 };
    return { made, people: done, refused: traffic.refused, balance, problems };
  } finally {
    await profile.remove();
    await rm(dir, { recursive: true, force: true });
  }
}

/** What a log that ends early still tells. */
const progressOf = ({ accepted, refused }: Traffic): string =>
  `  ${new Date().toISOString().slice(11, 19)}: ${accepted} accepted, ${refused} tries in vain; this process takes ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`;

/** Starts what has ended by itself, as a supervisor would; only while nobody else stops and starts services. */
async function revive({ services }: Profile, busy: ReadonlySet<string>, ended: string[]): Promise<void> {
  if (busy.size > 0) return;
  for (const service of services) {
    const words = service.lastWords();
    if (words === undefined || busy.size > 0) continue;
    ended.push(words.replaceAll('\n', '\n      '));
    await startAgain(service);
  }
}

/** Waits while less and less is on its way, until nothing is. Says what stands still. */
async function rest(profile: Profile, ended: string[]): Promise<string | undefined> {
  let last = '';
  let [least, fellAt] = [Infinity, performance.now()];
  const isQuiet = async (): Promise<boolean> => {
    await revive(profile, new Set(), ended);
    const url = profile.urls()[0]!;
    const { pending, healing } = await get<Stats>(`${url}/api/v1/stats`);
    const { items } = await get<{ items: unknown[] }>(`${url}/api/v1/dead-letters?status=replaying&limit=5`);
    last = JSON.stringify({ pending, healing, replaying: items.length });
    const left = pending + healing + items.length;
    if (left < least || left === 0) [least, fellAt] = [left, performance.now()];
    return left === 0;
  };
  for (let quiet = 0; ;) {
    await sleep(500);
    quiet = (await isQuiet().catch((error: unknown) => ((last = String(error)), false))) ? quiet + 1 : 0;
    // Letters of a rollback follow its rows.
    if (quiet === 6) return undefined;
    if (performance.now() - fellAt > patienceMs)
      return `not at rest, and nothing has fallen for ${patienceMs / 1000} s: ${last}\n${await standing(profile)}; ${saidLast(profile)}`;
  }
}

/** What waits where. */
async function standing({ urls, describe }: Profile): Promise<string> {
  const consumers = await get<{ items: { pending: number }[] }>(`${urls()[0]!}/api/v1/consumers`).then(
    ({ items }) => JSON.stringify(items.filter(({ pending }) => pending > 0)),
    String,
  );
  // Or the destination takes no rows.
  const destination = await get<Stats>(`${urls()[0]!}/api/v1/stats`).then(
    (stats) => JSON.stringify(stats.destination),
    String,
  );
  return [consumers, destination, await describe?.().catch(String)].join('\n');
}

/** The log of each service, without the letters. Returns the folder. */
async function keepLogs({ services }: Profile): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sentinel-chaos-logs-'));
  for (const [at, service] of services.entries()) {
    const lines = service.log().filter(({ code }) => code !== 'dead_letter');
    await writeFile(join(folder, `${at}.jsonl`), lines.map((line) => JSON.stringify(line)).join('\n'));
  }
  return folder;
}

const saidLast = ({ services }: Profile): string =>
  services
    .flatMap((service) => service.log().filter(({ level }) => level === 'warn' || level === 'error'))
    .slice(-3)
    .map(({ code, msg, error }) => JSON.stringify({ code, msg, error }))
    .join(' ');

/** The reason when it can't be counted. */
async function count(profile: Profile, ledger: string): Promise<Balance | string> {
  const script = new URL('./check.ts', import.meta.url).pathname;
  const args = [script, ledger, profile.urls()[0]!, ...(profile.postgresUrl ? [profile.postgresUrl] : [])];
  try {
    const { stdout } = await promisify(execFile)('npx', ['jiti', ...args], { maxBuffer: 1 << 28 });
    return JSON.parse(stdout) as Balance;
  } catch (error) {
    const words = profile.services.map((service) => service.lastWords()).find((said) => said !== undefined);
    return `nothing can be counted: ${words ?? String(error)}`;
  }
}
