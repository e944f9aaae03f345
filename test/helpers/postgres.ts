import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { until } from './until.ts';
import { endWithUs } from './end-with-us.ts';

/** A PostgreSQL server of a test's own, in a folder of its own. */
export interface PostgresServer {
  /** Of the database `postgres`, by TCP on loopback, as the superuser; `url(user)` as another role. */
  url(user?: string): string;
  port: number;
  /** Runs SQL as the superuser. */
  run(sql: string): Promise<Record<string, unknown>[]>;
  /** Stops it as an administrator would: connections are cut, data is written. Or (`SIGKILL`) as a power cut would. */
  stop(signal?: 'SIGINT' | 'SIGKILL'): Promise<void>;
  /** On the same data and port. */
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

/** The folder with `initdb` and `postgres`, the newest version there is; undefined when there is none. */
function postgresBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** True when the tests that need PostgreSQL can't run here; says so once, and fails where nothing may be skipped. */
export function withoutPostgres(): boolean {
  if (postgresBinaries() !== undefined) return false;
  const text = 'PostgreSQL (initdb, postgres) is neither in /usr/lib/postgresql nor on PATH';
  if (process.env['CI'] === 'true') throw new Error(`${text}: install postgresql`);
  process.stderr.write(`skipped: ${text}\n`);
  return true;
}

export async function startPostgres(settings: Record<string, string> = {}): Promise<PostgresServer> {
  const binaries = postgresBinaries();
  if (binaries === undefined) throw new Error('PostgreSQL is not installed');
  const folder = await mkdtemp(join(tmpdir(), 'sentinel-pg-'));
  // PostgreSQL refuses to run as root.
  const owner = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (owner.uid !== undefined) await chown(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const initdb = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale',
    'C.UTF-8',
    '--no-sync',
  ];
  execFileSync(join(binaries, 'initdb'), initdb, { ...owner, stdio: 'ignore', cwd: folder });
  const port = await freePort();
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: folder,
    ...settings,
  };
  const args = ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  let running: ChildProcess | undefined;

  /** False when processes of the server that was killed have not ended yet. */
  async function tryToStart(): Promise<boolean> {
    const child = spawn(join(binaries!, 'postgres'), args, {
      ...owner,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running = child;
    endWithUs(child, 'SIGQUIT');
    return new Promise((resolve, reject) => {
      let log = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        log = (log + text).slice(-10_000);
        if (log.includes('database system is ready to accept connections')) resolve(true);
      });
      child.once('close', (code) => {
        if (log.includes('pre-existing shared memory block')) resolve(false);
        else reject(new Error(`PostgreSQL ended with ${code}:\n${log}`));
      });
    });
  }
  const start = () => until(tryToStart, 30_000);

  async function stop(signal: 'SIGINT' | 'SIGKILL' = 'SIGINT'): Promise<void> {
    const child = running;
    running = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  await start();
  return {
    url: (user = 'postgres') => `postgres://${user}@127.0.0.1:${port}/postgres`,
    port,
    async run(sql) {
      const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
      // The query fails as well; without a listener the whole process would.
      client.on('error', () => undefined);
      await client.connect();
      try {
        const result = await client.query<Record<string, unknown>>(sql);
        return Array.isArray(result) ? [] : result.rows;
      } finally {
        await client.end();
      }
    },
    start,
    stop,
    async remove() {
      await stop();
      await rm(folder, { recursive: true, maxRetries: 5 });
    },
  };
}

const idOf = (flag: '-u' | '-g'): number =>
  Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
