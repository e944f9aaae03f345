// The built service as a process of its own, in a temporary folder, on a free port.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const here = new URL('..', import.meta.url).pathname;
let folder = here;
/** From now on the service is started from another folder with a build; without one, from this. */
export function useBuild(other = here) {
  folder = other;
}

const living = new Set();
// A run that fails must not leave the service behind.
process.once('exit', () => living.forEach((child) => child.kill('SIGKILL')));

export async function startSentinel({ prepare, config, env } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'sentinel-bench-'));
  const data = join(dir, 'data');
  if (config !== undefined) writeFileSync(join(dir, 'sentinel-config.yaml'), JSON.stringify(config));
  await prepare?.(data);
  let child;
  let url;

  async function start() {
    child = spawn(process.execPath, [join(folder, 'dist/cli.js'), 'start'], {
      cwd: dir,
      env: { ...process.env, ...env, SENTINEL_API_PORT: '0', SENTINEL_DATA_DIR: data },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    living.add(child);
    url = await firstMatch(child, /"url":"([^"]+)"/);
  }
  async function ready() {
    while (!(await fetch(`${url}/ready`)).ok) await sleep(5);
  }
  async function end(signal) {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await exited;
    living.delete(child);
  }
  async function call(path, body) {
    const response = await fetch(`${url}${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json' },
    });
    const answer = await response.json();
    if (response.status === 503) {
      // Busy with what it is measured with.
      await sleep(200);
      return call(path, body);
    }
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  }
  const stats = () => call('/api/v1/stats');
  const settledIn = (now) => now.loaded + now.repaired + now.duplicate + now.dead_letters;

  await start();
  return {
    get url() {
      return url;
    },
    dir,
    ready,
    call,
    stats,
    /** CPU seconds (user and system) that the process has used. */
    cpuSeconds() {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    /** Resident memory in MB: all of it, and the part that is not the page cache of mapped files. */
    memory() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      const megabytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024;
      return { resident: megabytes('VmRSS'), anonymous: megabytes('RssAnon') };
    },
    /** Megabytes on disk of the queue's store. */
    queueOnDisk: () => (statSync(join(data, 'queue', 'engine.mdb')).blocks * 512) / 2 ** 20,
    /** Stops, or lets go on, the consumer that validates and loads; resolves when it has taken notice. */
    async setPaused(paused) {
      await call(`/api/v1/consumers/raw_event/pipeline/${paused ? 'pause' : 'resume'}`, {});
      await sleep(paused ? 500 : 0);
    },
    /** How many events were accepted, once no more come. */
    async acceptedAtRest() {
      for (let before = -1; ;) {
        const { accepted } = await stats();
        if (accepted === before) return accepted;
        before = accepted;
        await sleep(100);
      }
    },
    /** Resolves with the seconds since `start` (performance.now) when every accepted event is settled. */
    async drained(start, accepted) {
      for (;;) {
        const now = await stats();
        if (now.pending === 0 && now.healing === 0 && now.accepted >= accepted && settledIn(now) >= accepted)
          return { seconds: (performance.now() - start) / 1000, stats: now };
        await sleep(50);
      }
    },
    /** Resolves with the seconds since `start` when so many are loaded (repaired ones included). */
    async loaded(start, wanted) {
      for (;;) {
        const { loaded, repaired } = await stats();
        if (loaded + repaired >= wanted) return (performance.now() - start) / 1000;
        await sleep(50);
      }
    },
    query: async (sql) => (await call('/api/v1/query', { sql })).rows,
    /** kill -9, and the same data folder with a new process. Resolves when it answers /ready with 200. */
    async crashAndRestart() {
      await end('SIGKILL');
      const began = performance.now();
      await start();
      await ready();
      return { began, readySeconds: (performance.now() - began) / 1000 };
    },
    async stop() {
      await end('SIGTERM');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export function firstMatch(child, pattern) {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const match = pattern.exec(output);
      if (match !== null) resolve(match[1] ?? match[0]);
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it was ready:\n${output}`)));
  });
}
