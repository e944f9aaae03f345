import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stats } from '../../../src/server/stats.ts';
import { startPostgres } from '../../helpers/postgres.ts';
import { get, startProcess } from '../../helpers/sentinel.ts';
import { until } from '../../helpers/until.ts';
import { startNetwork } from '../network.ts';
import { poisonedFiles } from '../poison/contracts.ts';
import { preloaded } from '../preloaded.ts';
import { randomOf } from '../random.ts';
import { type Mood, startLoad } from './load.ts';
import { plot } from './plot.ts';
import { type Sample, diskOf, quantileOf, sampleProcess } from './sample.ts';

export interface SoakOptions {
  destination: 'duckdb' | 'postgres';
  minutes: number;
  /** Events a second. */
  rate: number;
  /** Gets `soak.csv` and `soak.svg`. */
  out: string;
}

const everyMs = 10_000;
const phaseSeconds = 180;
const phases = ['calm', 'drift', 'calm', 'faults', 'calm', 'drift and faults'] as const;
const restMs = 300_000;

/** One service under a steady load for a long time, while drift and faults come and go. Looks at it every ten seconds. */
export async function soak({ destination, minutes, rate, out }: SoakOptions): Promise<Sample[]> {
  const memory = await mkdtemp(join(tmpdir(), 'sentinel-soak-'));
  await mkdir(out, { recursive: true });
  const postgres = destination === 'postgres' ? await startPostgres() : undefined;
  const network = postgres && (await startNetwork(postgres.port));
  const service = await startProcess({
    config: {
      contracts: ['./own'],
      pipeline: { stall_seconds: 2 },
      ...(postgres && { destination: { type: 'postgres' } }),
    },
    files: poisonedFiles,
    env: {
      ...preloaded({ memory }),
      ...(network && { SENTINEL_POSTGRES_URL: `postgres://postgres@127.0.0.1:${network.port}/postgres` }),
    },
  });
  const mood: Mood = { drift: false, poison: false };
  const load = startLoad(service.url, rate, mood, randomOf(1));
  const samples: Sample[] = [];
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  try {
    for (let at = 1; seconds() < minutes * 60; at++) {
      const phase = phases[Math.floor(seconds() / phaseSeconds) % phases.length]!;
      mood.drift = phase.includes('drift');
      mood.poison = phase.includes('faults');
      const trouble = network && mood.poison ? trouble3(network, at) : undefined;
      await sleep(at * everyMs - seconds() * 1000);
      samples.push(await look(seconds(), phase));
      await write(samples, out, rate, destination);
      await trouble;
    }
  } finally {
    await load.stop();
    network?.become('fair');
  }
  await until(async () => (await get<Stats>(`${service.url}/api/v1/stats`)).pending === 0, restMs).catch(
    () => undefined,
  );
  samples.push(await look(seconds(), 'rest'));
  await write(samples, out, rate, destination);
  process.stdout.write(`${JSON.stringify(await get(`${service.url}/api/v1/stats`))}\n`);
  await service.stop();
  await network?.close();
  await postgres?.remove();
  await rm(memory, { recursive: true, force: true });
  return samples;

  async function look(at: number, phase: string): Promise<Sample> {
    const { accepted, queryable } = load.takeLatencies();
    const stats = await get<Stats>(`${service.url}/api/v1/stats`).catch(() => undefined);
    return {
      seconds: Math.round(at),
      phase,
      ...sampleProcess(memory),
      disk: await diskOf(join(service.dir, 'data')),
      accepted_p50: quantileOf(accepted, 0.5),
      accepted_p99: quantileOf(accepted, 0.99),
      queryable_p50: quantileOf(queryable, 0.5),
      queryable_p99: quantileOf(queryable, 0.99),
      accepted: load.counts.accepted,
      refused: load.counts.refused,
      pending: stats?.pending ?? 0,
      dead_letters: stats?.dead_letters ?? 0,
    };
  }
}

/** Every fourth ten seconds the network is slow, stuck or down for three of them. */
async function trouble3(network: Awaited<ReturnType<typeof startNetwork>>, at: number): Promise<void> {
  if (at % 4 !== 0) return;
  network.become((['slow', 'stuck', 'refused'] as const)[(at / 4) % 3]!);
  await sleep(3000);
  network.become('fair');
}

async function write(samples: readonly Sample[], out: string, rate: number, destination: string) {
  const columns = Object.keys(samples[0]!) as (keyof Sample)[];
  const lines = samples.map((sample) =>
    columns
      .map((name) =>
        typeof sample[name] === 'number' ? Math.round(sample[name] * 10) / 10 : (sample[name] ?? ''),
      )
      .join(','),
  );
  await writeFile(join(out, 'soak.csv'), `${columns.join(',')}\n${lines.join('\n')}\n`);
  const title = `${destination}, ${rate} events/s, ${Math.round(samples.at(-1)!.seconds / 60)} minutes`;
  await writeFile(join(out, 'soak.svg'), plot(samples, title));
}
