import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { endWithUs } from './end-with-us.ts';

/** The program: the one on the PATH, or the one that NATS_SERVER names. */
export const natsServer = process.env['NATS_SERVER'] || 'nats-server';

const found = spawnSync(natsServer, ['--version'], { encoding: 'utf8' });

/** As it says itself, such as 2.10.27; 0.0.0 when it does not run. */
export const natsVersion = /v(\d+\.\d+\.\d+)/.exec(found.stdout ?? '')?.[1] ?? '0.0.0';

/** Why tests that need nats-server can't run; undefined when they can. In CI they must. */
export const noNatsServer: string | undefined =
  found.status === 0 || process.env['CI'] === 'true'
    ? undefined
    : `${natsServer} does not run (apt-get install nats-server, or set NATS_SERVER)`;

export interface NatsServer {
  /** `host:port`. */
  address: string;
  process: ChildProcess;
  stop(): Promise<void>;
}

/** A nats-server with JetStream on a free port, its files in a folder of its own. `config`: more lines for its config file. */
export async function startNatsServer(config = '', options: { port?: number } = {}): Promise<NatsServer> {
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-nats-'));
  const port = options.port ?? (await freePort());
  const path = join(dir, 'nats.conf');
  await writeFile(
    path,
    `host: 127.0.0.1\nport: ${port}\n${config.includes('jetstream') ? '' : 'jetstream {}\n'}${config}`,
  );
  const child = spawn(natsServer, ['-c', path, '-sd', dir], { stdio: ['ignore', 'ignore', 'pipe'] });
  endWithUs(child);
  const log: string[] = [];
  child.stderr.setEncoding('utf8');
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (text: string) => {
      if (log.length < 200) log.push(text);
      if (text.includes('Server is ready')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`nats-server ended with ${code}: ${log.join('')}`)));
  });
  return {
    address: `127.0.0.1:${port}`,
    process: child,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }
      await rm(dir, { recursive: true, force: true });
    },
  };
}
