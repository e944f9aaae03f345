import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkNats } from '../../src/engine/nats/check.ts';
import { packageFolder } from '../../src/support/package-folder.ts';
import { endWithUs } from '../helpers/end-with-us.ts';
import { freePort } from '../helpers/free-port.ts';
import { natsServer, natsVersion, noNatsServer } from '../helpers/nats-server.ts';
import { until } from '../helpers/until.ts';

const read = (path: string): string => readFileSync(join(packageFolder('.'), path), 'utf8');

interface Compose {
  services: Record<string, { environment: Record<string, string> }>;
}

/** Looks like a number, which is what an unquoted variable would be read as. */
const password = '12e4';

interface Node {
  client: number;
  route: number;
  monitor: number;
}

describe.skipIf(noNatsServer !== undefined)(
  "compose.yaml's NATS servers, with the file that they are given",
  // Nine ports are found free before the servers take them; somebody else may have one by then.
  { retry: 1 },
  () => {
    const { services } = parse(read('compose.yaml'), { merge: true }) as Compose;
    const conf = read('deploy/compose/nats.conf');
    let dir: string;
    let nodes: Node[];
    let running: ChildProcess[];

    beforeEach(async () => {
      dir = await mkdtemp(join(tmpdir(), 'sentinel-nats-login-'));
      running = [];
      const port = async (): Promise<Node> => ({
        client: await freePort(),
        route: await freePort(),
        monitor: await freePort(),
      });
      nodes = await Promise.all([port(), port(), port()]);
    });
    afterEach(async () => {
      await Promise.all(
        running.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          child.kill('SIGKILL');
          await once(child, 'exit');
        }),
      );
      await rm(dir, { recursive: true, force: true });
    });

    /** As in its container, but for ports and folder: here all are on one machine. */
    async function start(name: string, node: Node, secret: string): Promise<void> {
      const onThisMachine = conf
        .replace('port: 4222', `host: 127.0.0.1\nport: ${node.client}`)
        .replace('127.0.0.1:8222', `127.0.0.1:${node.monitor}`)
        .replace('0.0.0.0:6222', `127.0.0.1:${node.route}`)
        .replace('"/data"', `"${join(dir, name)}"`)
        // The image is newer than the server of Debian 12, which does not know the setting.
        .replace(natsVersion.startsWith('2.9.') ? ', sync_interval: always' : '', '');
      const path = join(dir, `${name}.conf`);
      await writeFile(path, onThisMachine);
      const env = Object.fromEntries(
        Object.entries(services['nats-1']!.environment).map(([variable, value]) => [
          variable,
          value
            .replaceAll(/\$\{NATS_PASSWORD[^}]*\}/g, secret)
            .replaceAll(/nats-(\d):6222/g, (_, at: string) => `127.0.0.1:${nodes[Number(at) - 1]!.route}`),
        ]),
      );
      const child = spawn(natsServer, ['-c', path, '-n', name], {
        env: { PATH: process.env['PATH'], ...env },
        stdio: 'ignore',
      });
      endWithUs(child);
      running.push(child);
      await until(async () => (await monitored(node, 'varz')) !== undefined);
    }

    async function monitored(node: Node, page: string): Promise<Record<string, unknown> | undefined> {
      const answer = await fetch(`http://127.0.0.1:${node.monitor}/${page}`).catch(() => undefined);
      return answer?.ok === true ? ((await answer.json()) as Record<string, unknown>) : undefined;
    }

    /** What the service's own check, with three copies, says of the first server. */
    async function checked(login: {
      user?: string;
      password?: string;
    }): Promise<{ version?: string; failure?: string }> {
      const servers = [`127.0.0.1:${nodes[0]!.client}`];
      return checkNats({ servers, replicas: 3, prefix: 'login', ...login }).catch((error: Error) => ({
        failure: error.message,
      }));
    }

    it('become a cluster that lets in who has the password, and nobody else', async () => {
      for (const [at, node] of nodes.entries()) await start(`nats-${at + 1}`, node, password);
      for (const node of nodes)
        await until(async () => Number((await monitored(node, 'routez'))?.['num_routes']) >= 2);

      const { SENTINEL_NATS_USER, SENTINEL_NATS_PASSWORD } = services['gateway-1']!.environment;
      expect(services['worker-1']!.environment).toMatchObject({ SENTINEL_NATS_USER, SENTINEL_NATS_PASSWORD });
      expect(SENTINEL_NATS_PASSWORD).toContain('NATS_PASSWORD:?');
      const login = { user: SENTINEL_NATS_USER!, password };
      await until(async () => (await checked(login)).version !== undefined, 20_000);

      const refused = expect.stringContaining('credentials') as string;
      expect(await checked({})).toMatchObject({ failure: refused });
      expect(await checked({ ...login, password: 'guessed' })).toMatchObject({ failure: refused });
    });

    it('take no server into the cluster that has another password', async () => {
      await start('nats-1', nodes[0]!, password);
      await start('nats-2', nodes[1]!, 'guessed');
      await start('nats-3', nodes[2]!, password);
      await until(async () => Number((await monitored(nodes[0]!, 'routez'))?.['num_routes']) >= 1);
      const routes = (await monitored(nodes[0]!, 'routez')) as {
        routes: { remote_name?: string; port: number }[];
      };
      const varz = (await monitored(nodes[1]!, 'varz')) as { server_id: string };
      expect(JSON.stringify(routes)).not.toContain(varz.server_id);
    });
  },
);
