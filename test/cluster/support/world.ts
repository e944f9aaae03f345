import { type OpenAiServer, startOpenAiServer } from '../../helpers/openai-server.ts';
import { type PostgresServer, startPostgres } from '../../helpers/postgres.ts';
import { type RunningSentinel, get, startProcess } from '../../helpers/sentinel.ts';
import { until } from '../../helpers/until.ts';
import type { Stats } from '../../../src/server/stats.ts';
import type { Sent } from './load.ts';
import { type NatsCluster, startNatsCluster } from './nats-cluster.ts';
import { type Island, makeIsland, noIslands } from './network.ts';

/** Everything that production has, on one machine. */
export interface World {
  nats: NatsCluster;
  island: Island | undefined;
  postgres: PostgresServer;
  openai: OpenAiServer;
  gateways: RunningSentinel[];
  workers: RunningSentinel[];
  /** Another process like the ones that run. */
  gateway(): Promise<RunningSentinel>;
  worker(labels?: string): Promise<RunningSentinel>;
  remove(): Promise<void>;
}

/** A worker that falls silent loses what it holds after so long. */
export const ackWaitMs = 4000;
export const rawStream = 'test_t_raw_event';
export const stateStream = 'KV_test_state';

const files = {
  // Says which second it ran for; every worker schedules it.
  'steps/tick.step.ts': `
    export const config = { name: 'tick', description: 'Each second.', enqueues: [], flows: ['ticks'],
      triggers: [{ type: 'cron', expression: '* * * * * *' }] };
    export async function handler(_, { logger }) {
      logger.info({ tick: Math.round(Date.now() / 1000) }, 'tick');
    }`,
  'steps/bound.step.ts': `
    export const config = { name: 'bound', description: 'On one kind of worker.', enqueues: [], flows: ['ticks'],
      triggers: [{ type: 'http', method: 'POST', path: '/bound' }] };
    export async function handler(input) {
      return { status: 200, body: { pid: process.pid, sent: input.body } };
    }`,
};

export async function startWorld(): Promise<World> {
  const parts: { remove(): Promise<unknown> | void }[] = [];
  const keep = <T>(part: T, remove: (part: T) => Promise<unknown> | void): T => {
    parts.push({ remove: () => remove(part) });
    return part;
  };
  const remove = async () => {
    for (const part of parts.splice(0).toReversed()) await part.remove();
  };
  try {
    const island = noIslands() === undefined ? keep(makeIsland(), (part) => part.remove()) : undefined;
    const [nats, postgres, openai] = await Promise.all([
      startNatsCluster(island).then((part) => keep(part, (one) => one.remove())),
      startPostgres({ max_connections: '60' }).then((part) => keep(part, (one) => one.remove())),
      startOpenAiServer().then((part) => keep(part, (one) => one.close())),
    ]);
    openai.answerWith(({ text }) =>
      text.includes('kwix')
        ? { say: { operations: [{ op: 'move', from: '/kwix', to: '/amount' }], reason: null } }
        : { say: { operations: null, reason: 'nothing here means the missing field' } },
    );
    const start = async (role: string, env: Record<string, string> = {}) => {
      const part = await startProcess({
        config: {
          engine: {
            type: 'nats',
            servers: nats.servers,
            prefix: 'test',
            ack_wait_seconds: ackWaitMs / 1000,
          },
          destination: { type: 'postgres' },
          steps: { bound: { run_on: 'special' } },
        },
        files,
        command: ['start', '--role', role],
        env: {
          SENTINEL_POSTGRES_URL: postgres.url(),
          OPENAI_BASE_URL: openai.baseUrl,
          OPENAI_REMEDIATION_MODEL: 'test-model',
          ...env,
        },
      });
      return keep(part, async (one) => {
        await one.kill('SIGKILL'); // also of one that is stopped
        await one.stop();
      });
    };
    const world: World = {
      nats,
      island,
      postgres,
      openai,
      gateways: [],
      workers: [],
      gateway: () => start('gateway'),
      worker: (labels) => start('worker', labels === undefined ? {} : { SENTINEL_WORKER_LABELS: labels }),
      remove,
    };
    return world;
  } catch (error) {
    await remove();
    throw error;
  }
}

export const statsOf = (url: string) => get<Stats>(`${url}/api/v1/stats`);

/** Waits until nothing is on its way any more. */
export async function quiet(world: World, ms = 60_000): Promise<void> {
  const { gateways } = world;
  let last = 'nothing';
  try {
    await until(async () => {
      try {
        const { pending, healing } = await statsOf(gateways[0]!.url);
        last = `pending ${pending}, healing ${healing}`;
        return pending === 0 && healing === 0;
      } catch (error) {
        last = String(error); // a part is still on its way back
        return false;
      }
    }, ms);
  } catch (error) {
    const state = await world.nats.describe().catch(String);
    throw new Error(`the cluster has not come to rest: ${last}\n${state}`, { cause: error });
  }
}

export interface Ledger {
  /** Accepted, and in neither place. */
  lost: string[];
  /** In both. */
  twice: string[];
  /** Event ids that more than one row has. */
  repeatedRows: string[];
  /** More than one dead letter for an event that was accepted at the first try. */
  repeatedLetters: string[];
  loaded: number;
  deadLetters: number;
}

export const balanced = { lost: [], twice: [], repeatedRows: [], repeatedLetters: [] };

/** Where each accepted event is, by its id. */
export async function balance(world: World, { accepted, repeated }: Sent): Promise<Ledger> {
  const rows = await world.postgres.run(
    'SELECT event_id::text AS id, count(*)::int AS n FROM transaction GROUP BY 1',
  );
  const loaded = new Map(rows.map(({ id, n }) => [String(id), Number(n)]));
  const letters = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const search = new URLSearchParams({ limit: '1000', ...(cursor === undefined ? {} : { cursor }) });
    const page = await get<{ items: { raw: string }[]; next?: string }>(
      `${world.gateways[0]!.url}/api/v1/dead-letters?${search}`,
    );
    for (const { raw } of page.items) {
      const id = (JSON.parse(raw) as { event_id: string }).event_id;
      letters.set(id, (letters.get(id) ?? 0) + 1);
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  const ids = [...accepted];
  return {
    lost: ids.filter((id) => !loaded.has(id) && !letters.has(id)),
    twice: ids.filter((id) => loaded.has(id) && letters.has(id)),
    repeatedRows: [...loaded].filter(([, n]) => n > 1).map(([id]) => id),
    repeatedLetters: [...letters].filter(([id, n]) => n > 1 && !repeated.has(id)).map(([id]) => id),
    loaded: loaded.size,
    deadLetters: letters.size,
  };
}

/** How many events the process has counted with this status, of this contract. */
export async function counted(url: string, status: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.matchAll(/^sentinel_events_total\{([^}]*)\} (\d+)/gm);
  return [...lines]
    .filter(([, labels]) => labels!.includes(`status="${status}"`))
    .reduce((sum, [, , count]) => sum + Number(count), 0);
}
