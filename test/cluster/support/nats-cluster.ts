import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { endWithUs } from '../../helpers/end-with-us.ts';
import { freePort } from '../../helpers/free-port.ts';
import { natsServer } from '../../helpers/nats-server.ts';
import { until } from '../../helpers/until.ts';
import type { Island } from './network.ts';

export interface NatsNode {
  name: string;
  /** `host:port`. */
  address: string;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** On the same files. */
  start(): Promise<void>;
}

export interface NatsCluster {
  nodes: NatsNode[];
  servers: string[];
  /** Of the stream now. */
  leaderOf(stream: string): Promise<NatsNode>;
  /** How many subjects the stream has below this one. */
  countSubjects(stream: string, filter: string): Promise<number>;
  /** Resolves when all three are in step again. */
  whole(stream: string): Promise<void>;
  /** What the servers say of the consumers that are not done, for people; a line each. */
  describe(): Promise<string>;
  remove(): Promise<void>;
}

/** Three servers with JetStream on this machine; the third on the island, if there is one. */
export async function startNatsCluster(
  island: Island | undefined,
  program: string = natsServer,
): Promise<NatsCluster> {
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-cluster-'));
  const home = island?.hostAddress ?? '127.0.0.1';
  const hosts = [home, home, island?.address ?? home];
  const ports = await Promise.all(
    hosts.map(async () => ({ client: await freePort(), route: await freePort() })),
  );
  const routes = hosts.map((host, at) => `"nats://${host}:${ports[at]!.route}"`).join(', ');
  const nodes = await Promise.all(
    hosts.map(async (host, at): Promise<NatsNode> => {
      const name = `node-${at + 1}`;
      const { client, route } = ports[at]!;
      const path = join(dir, `${name}.conf`);
      await writeFile(
        path,
        `server_name: ${name}\nlisten: "${host}:${client}"\njetstream { store_dir: "${join(dir, name)}", max_file_store: 1GB }\n` +
          `ping_interval: "2s"\nping_max: 2\ncluster { name: test, listen: "${host}:${route}", routes: [${routes}] }\n`,
      );
      const command = [...(at === 2 && island ? island.command : []), program, '-c', path];
      return makeNode(name, `${host}:${client}`, command);
    }),
  );
  const stopAll = () => Promise.all(nodes.map((node) => node.kill('SIGKILL')));
  // Servers of a new cluster that all stand for election at the same moment may leave one out for good, and then there
  // are too few for three copies (seen with 2.10.27). That is NATS' own beginning, and not what is tested here.
  for (let attempt = 1; ; attempt++) {
    await Promise.all(nodes.map((node) => node.start()));
    const servers = nodes.map(({ address }) => address);
    if (await within(15_000, () => isUp(servers))) break;
    await stopAll();
    if (attempt === 4) throw new Error(`the NATS cluster has not come up in ${attempt} attempts`);
    await Promise.all(nodes.map(({ name }) => rm(join(dir, name), { recursive: true, force: true })));
  }
  const servers = nodes.map(({ address }) => address);

  const info = async (stream: string, filter?: string) => {
    const nc = await connect({ servers, timeout: 5000 });
    try {
      return await (
        await jetstreamManager(nc, { checkAPI: false })
      ).streams.info(stream, filter === undefined ? {} : { subjects_filter: filter });
    } finally {
      await nc.close();
    }
  };

  return {
    nodes,
    servers,
    async leaderOf(stream) {
      let leader: NatsNode | undefined;
      await until(async () => {
        const { cluster } = await info(stream);
        leader = nodes.find(({ name }) => name === cluster?.leader);
        return leader !== undefined;
      }, 20_000);
      return leader!;
    },
    countSubjects: async (stream, filter) =>
      Object.keys((await info(stream, filter)).state.subjects ?? {}).length,
    async whole(stream) {
      const deadline = Date.now() + 60_000;
      for (;;) {
        const replicas = await info(stream).then(({ cluster }) => cluster?.replicas, String);
        const inStep =
          Array.isArray(replicas) &&
          replicas.length === 2 &&
          replicas.every(({ current, offline }) => current && !offline);
        if (inStep) return;
        if (Date.now() > deadline)
          throw new Error(`the copies of ${stream} are not in step: ${JSON.stringify(replicas)}`);
        await sleep(250);
      }
    },
    async describe() {
      const said = nodes.map(async ({ name, address }) => {
        try {
          return await consumersAt(address);
        } catch (error) {
          return [`${name}: ${String(error)}`];
        }
      });
      // Servers that agree say the same.
      return [...new Set((await Promise.all(said)).flat())].join('\n');
    },
    async remove() {
      await stopAll();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Of one server: the readers of groups that have something before them. */
async function consumersAt(server: string): Promise<string[]> {
  const nc = await connect({ servers: [server], ignoreClusterUpdates: true, timeout: 2000 });
  try {
    // Longer than a server waits for those who lead a consumer and do not answer.
    const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: 8000 });
    const lines: string[] = [];
    for await (const { config, state } of jsm.streams.list())
      for await (const one of jsm.consumers.list(config.name)) {
        const { name, delivered, ack_floor: floor, cluster } = one;
        const left = one.num_pending + one.num_ack_pending + delivered.stream_seq - floor.stream_seq;
        if (one.config.durable_name === undefined || left <= 0) continue;
        lines.push(
          `${config.name} ${state.first_seq}..${state.last_seq}, consumer ${name}, leader ${cluster?.leader}: pending ${one.num_pending}, ` +
            `ack pending ${one.num_ack_pending}, redelivered ${one.num_redelivered}, waiting pulls ${one.num_waiting}, ` +
            `delivered ${delivered.stream_seq} (${delivered.consumer_seq}), ack floor ${floor.stream_seq} (${floor.consumer_seq})`,
        );
      }
    return lines;
  } finally {
    await nc.close();
  }
}

function makeNode(name: string, address: string, [file, ...args]: string[]): NatsNode {
  let child: ChildProcess;
  const node: NatsNode = {
    name,
    address,
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      if (signal === 'SIGKILL' || signal === 'SIGTERM') await exited;
    },
    async start() {
      child = spawn(file!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      endWithUs(child);
      await new Promise<void>((resolve, reject) => {
        let log = '';
        child.stderr!.setEncoding('utf8').on('data', (text: string) => {
          log = (log + text).slice(-5000);
          if (log.includes('Listening for client connections')) resolve();
        });
        child.once('error', reject);
        child.once('exit', (code) => reject(new Error(`${name} ended with ${code}:\n${log}`)));
      });
    },
  };
  return node;
}

async function within(ms: number, condition: () => Promise<boolean>): Promise<boolean> {
  try {
    await until(condition, ms);
    return true;
  } catch {
    return false;
  }
}

/** There is a leader who makes streams. */
async function isUp(servers: string[]): Promise<boolean> {
  try {
    const nc = await connect({ servers, timeout: 2000 });
    try {
      const jsm = await jetstreamManager(nc, { timeout: 2000 });
      await jsm.streams.add({ name: 'is_up', subjects: ['is_up'], num_replicas: 3 });
      return await jsm.streams.delete('is_up');
    } finally {
      await nc.close();
    }
  } catch {
    return false;
  }
}
