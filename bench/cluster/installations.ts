import { startNatsCluster } from '../../test/cluster/support/nats-cluster.ts';
import { startPostgres } from '../../test/helpers/postgres.ts';
import { type RunningSentinel, startProcess } from '../../test/helpers/sentinel.ts';

/** A running service, of one process or many. */
export interface Installation {
  name: string;
  /** Where events go in. */
  url: string;
  /** Rows of the contract that is sent to; undefined where the service has the only connection. */
  rows?: () => Promise<number>;
  stop(): Promise<void>;
}

export async function embedded(): Promise<Installation> {
  const service = await startProcess({ config: {} });
  return { name: 'embedded + DuckDB', url: service.url, stop: async () => void (await service.stop()) };
}

/** Three NATS servers with three copies, PostgreSQL, one gateway. */
export async function cluster(workers: number): Promise<Installation> {
  const parts: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const part of parts.splice(0).toReversed()) await part();
  };
  try {
    const nats = await startNatsCluster(undefined);
    parts.push(() => nats.remove());
    const postgres = await startPostgres({ max_connections: '60' });
    parts.push(() => postgres.remove());
    const start = async (role: string): Promise<RunningSentinel> => {
      const service = await startProcess({
        config: {
          engine: { type: 'nats', servers: nats.servers, prefix: 'bench', replicas: 3 },
          destination: { type: 'postgres' },
        },
        command: ['start', '--role', role],
        env: { SENTINEL_POSTGRES_URL: postgres.url() },
      });
      parts.push(() => service.stop());
      return service;
    };
    const gateway = await start('gateway');
    await Promise.all(Array.from({ length: workers }, () => start('worker')));
    return {
      name: `NATS (3 copies) + PostgreSQL, ${workers} worker${workers === 1 ? '' : 's'}`,
      url: gateway.url,
      rows: async () => Number((await postgres.run('SELECT count(*)::int AS n FROM transaction'))[0]?.['n']),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
