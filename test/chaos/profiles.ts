import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNatsCluster } from '../cluster/support/nats-cluster.ts';
import { startPostgres } from '../helpers/postgres.ts';
import { type RunningSentinel, startProcess } from '../helpers/sentinel.ts';
import { clockJumps } from './faults/clock.ts';
import { mountSmallDisk } from './faults/disk.ts';
import * as duckdb from './faults/duckdb.ts';
import type { Fault } from './faults/fault.ts';
import { killsOf, killsOfNats, killsOfPostgres } from './faults/kills.ts';
import { meddlingsOf, weathers } from './faults/postgres.ts';
import { startNetwork } from './network.ts';
import { poisonedFiles } from './poison/contracts.ts';
import { preloaded } from './preloaded.ts';

export const profileNames = ['embedded-duckdb', 'embedded-postgres', 'nats-postgres'] as const;
export type ProfileName = (typeof profileNames)[number];

export interface Profile {
  /** Where events go in and people work. */
  urls: () => string[];
  faults: Fault[];
  /** Of PostgreSQL, where that is the destination. */
  postgresUrl: string | undefined;
  services: RunningSentinel[];
  /** What the servers of the queue say of what waits, where there are some. */
  describe?: () => Promise<string>;
  remove(): Promise<void>;
}

type Parts = (() => Promise<unknown>)[];

/** Longer than a message may be with a worker that is silent. */
const ackWaitSeconds = 4;
const diskBytes = 400 * 2 ** 20;
const common = { contracts: ['./own'], pipeline: { stall_seconds: 2 } };

export async function startProfile(name: ProfileName): Promise<Profile> {
  const parts: Parts = [];
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

async function embedded(name: ProfileName, parts: Parts): Promise<Omit<Profile, 'remove'>> {
  const database = name === 'embedded-postgres' ? await startDatabase(parts) : undefined;
  const disk = mountSmallDisk(diskBytes);
  if (disk !== undefined) parts.push(disk.remove);
  const { file, env } = clockOf(parts);
  const service = await startProcess({
    config: { ...common, ...(database && { destination: { type: 'postgres' } }) },
    files: poisonedFiles,
    env: { ...env, ...database?.env, ...(disk && { SENTINEL_DATA_DIR: join(disk.folder, 'data') }) },
  });
  parts.push(() => stop(service));
  const dataFolder = join(disk?.folder ?? service.dir, 'data');
  return {
    urls: () => [service.url],
    services: [service],
    postgresUrl: database?.postgres.url(),
    faults: [
      ...killsOf('the service', service),
      clockJumps('the service', file),
      ...(disk === undefined ? [] : [disk.fills('the service')]),
      ...(database?.faults ?? duckdb.meddlingsOf(service, dataFolder)),
    ],
  };
}

async function cluster(parts: Parts): Promise<Omit<Profile, 'remove'>> {
  const nats = await startNatsCluster(undefined);
  parts.push(() => nats.remove());
  const database = await startDatabase(parts);
  const engine = { type: 'nats', servers: nats.servers, prefix: 'chaos', ack_wait_seconds: ackWaitSeconds };
  const start = async (role: string) => {
    const { file, env } = clockOf(parts);
    const service = await startProcess({
      config: { ...common, engine, destination: { type: 'postgres' } },
      command: ['start', '--role', role],
      files: poisonedFiles,
      env: { ...env, ...database.env },
    });
    parts.push(() => stop(service));
    return { service, file };
  };
  const gateways = await Promise.all([start('gateway'), start('gateway')]);
  const workers = await Promise.all([start('worker'), start('worker'), start('worker')]);
  const named = [
    ...gateways.map((each, at) => ({ ...each, who: `gateway ${at + 1}` })),
    ...workers.map((each, at) => ({ ...each, who: `worker ${at + 1}` })),
  ];
  return {
    urls: () => gateways.map(({ service }) => service.url),
    services: named.map(({ service }) => service),
    postgresUrl: database.postgres.url(),
    describe: () => nats.describe(),
    faults: [
      ...named.flatMap(({ who, service, file }) => [...killsOf(who, service), clockJumps(who, file)]),
      ...database.faults,
      ...nats.nodes.map(killsOfNats),
    ],
  };
}

async function startDatabase(parts: Parts) {
  const postgres = await startPostgres({ max_connections: '60' });
  parts.push(() => postgres.remove());
  const network = await startNetwork(postgres.port);
  parts.push(() => network.close());
  return {
    postgres,
    env: { SENTINEL_POSTGRES_URL: `postgres://postgres@127.0.0.1:${network.port}/postgres` },
    faults: [...killsOfPostgres(postgres), ...weathers(network), ...meddlingsOf(postgres)],
  };
}

/** A clock for each service, so that those of a cluster differ. */
function clockOf(parts: Parts) {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-clock-'));
  parts.push(async () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'offset');
  return { file, env: preloaded({ clock: file }) };
}

async function stop(service: RunningSentinel): Promise<void> {
  await service.kill('SIGKILL'); // also of one that stands still
  await service.stop();
}
