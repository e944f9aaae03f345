// The built service as a process of its own, in a temporary folder, on a free port.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const cli = new URL('../dist/cli.js', import.meta.url).pathname;

export async function startSentinel() {
  const dir = mkdtempSync(join(tmpdir(), 'sentinel-bench-'));
  const child = spawn(process.execPath, [cli, 'start'], {
    cwd: dir,
    env: {
      ...process.env,
      SENTINEL_API_PORT: '0',
      SENTINEL_DATA_DIR: join(dir, 'data'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A run that fails must not leave the service behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const url = await firstMatch(child, /"url":"([^"]+)"/);
  const stats = async () => (await fetch(`${url}/api/v1/stats`)).json();

  return {
    url,
    dir,
    stats,
    /** CPU seconds (user and system) that the process has used. */
    cpuSeconds() {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
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
        const settled = now.loaded + now.repaired + now.duplicate + now.dead_letters;
        if (now.pending === 0 && now.healing === 0 && now.accepted >= accepted && settled >= accepted)
          return { seconds: (performance.now() - start) / 1000, stats: now };
        await sleep(10);
      }
    },
    async query(sql) {
      const response = await fetch(`${url}/api/v1/query`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ sql }),
      });
      const answer = await response.json();
      if (!response.ok) throw new Error(JSON.stringify(answer));
      return answer.rows;
    },
    async stop() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await exited;
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
