import { setTimeout as sleep } from 'node:timers/promises';
import { startNatsCluster } from '../cluster/support/nats-cluster.ts';
import { startPostgres } from '../helpers/postgres.ts';
import { type RunningSentinel, startProcess } from '../helpers/sentinel.ts';

export const profileNames = ['embedded-duckdb', 'embedded-postgres', 'nats-postgres'] as const;
export type ProfileName = (typeof profileNames)[number];

/** What can go wrong; resolves when it is over and what died has been started again. */
export interface Fault {
  name: string;
  happen(): Promise<void>;
}

export interface Profile {
  /** Where events go in and people work. */
  urls: () => string[];
  faults: Fault[];
  /** Of PostgreSQL, where that is the destination. */
  postgresUrl: string | undefined;
  services: RunningSentinel[];
  remove(): Promise<void>;
}

/** Longer than a message may be with a worker that is silent. */
const ackWaitSeconds = 4;
const stillMs = 7000;
const downMs = 1500;

export async function startProfile(name: ProfileName): Promise<Profile> {
  const parts: (() => Promise<unknown>)[] = [];
  const remove = async () => {
    for (const part of parts.splice(0).toReversed()) await part();
  };
  try {
    return { ...(name === 'nats-postgres' ? await cluster(parts) : await embedded(name, parts)), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function embedded(
  name: ProfileName,
  parts: (() => Promise<unknown>)[],
): Promise<Omit<Profile, 'remove'>> {
  const postgres = name === 'embedded-postgres' ? await startPostgres() : undefined;
  if (postgres !== undefined) parts.push(() => postgres.remove());
  const service = await startProcess(
    postgres === undefined
      ? {}
      : { config: { destination: { type: 'postgres' } }, env: { SENTINEL_POSTGRES_URL: postgres.url() } },
  );
  parts.push(() => stop(service));
  return {
    urls: () => [service.url],
    services: [service],
    postgresUrl: postgres?.url(),
    faults: [
      ...faultsOf('the service', service),
      ...(postgres === undefined ? [] : faultsOfPostgres(postgres)),
    ],
  };
}

async function cluster(parts: (() => Promise<unknown>)[]): Promise<Omit<Profile, 'remove'>> {
  const nats = await startNatsCluster(undefined);
  parts.push(() => nats.remove());
  const postgres = await startPostgres({ max_connections: '60' });
  parts.push(() => postgres.remove());
  const engine = { type: 'nats', servers: nats.servers, prefix: 'chaos', ack_wait_seconds: ackWaitSeconds };
  const start = async (role: string) => {
    const service = await startProcess({
      config: { engine, destination: { type: 'postgres' } },
      command: ['start', '--role', role],
      env: { SENTINEL_POSTGRES_URL: postgres.url() },
    });
    parts.push(() => stop(service));
    return service;
  };
  const gateways = await Promise.all([start('gateway'), start('gateway')]);
  const workers = await Promise.all([start('worker'), start('worker'), start('worker')]);
  return {
    urls: () => gateways.map(({ url }) => url),
    services: [...gateways, ...workers],
    postgresUrl: postgres.url(),
    faults: [
      ...gateways.flatMap((service, at) => faultsOf(`gateway ${at + 1}`, service)),
      ...workers.flatMap((service, at) => faultsOf(`worker ${at + 1}`, service)),
      ...faultsOfPostgres(postgres),
      ...nats.nodes.flatMap((node): Fault[] => [
        {
          name: `kill -9 of NATS ${node.name}`,
          async happen() {
            await node.kill('SIGKILL');
            await sleep(downMs);
            await node.start();
          },
        },
      ]),
    ],
  };
}

function faultsOf(who: string, service: RunningSentinel): Fault[] {
  return [
    {
      name: `kill -9 of ${who}`,
      async happen() {
        await service.kill('SIGKILL');
        await startAgain(service);
      },
    },
    {
      name: `${who} stands still`,
      async happen() {
        void service.kill('SIGSTOP');
        await sleep(stillMs);
        void service.kill('SIGCONT');
      },
    },
  ];
}

const faultsOfPostgres = (postgres: Awaited<ReturnType<typeof startPostgres>>): Fault[] =>
  (['SIGKILL', 'SIGINT'] as const).map((signal) => ({
    name: `PostgreSQL is stopped with ${signal}`,
    async happen() {
      await postgres.stop(signal);
      await sleep(downMs);
      await postgres.start();
    },
  }));

/** What it needs may be away, too; a supervisor would try again. */
export async function startAgain(service: RunningSentinel, tries = 20): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await service.restart();
    } catch (error) {
      if (attempt === tries) throw error;
      await sleep(1000);
    }
  }
}

async function stop(service: RunningSentinel): Promise<void> {
  await service.kill('SIGKILL'); // also of one that stands still
  await service.stop();
}
