import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresServer } from '../../helpers/postgres.ts';
import type { RunningSentinel } from '../../helpers/sentinel.ts';
import type { NatsNode } from '../../cluster/support/nats-cluster.ts';
import type { Fault } from './fault.ts';

/** Longer than a message may be with a worker that is silent. */
const stillMs = 7000;
const downMs = 1500;

export const killsOf = (victim: string, service: RunningSentinel): Fault[] => [
  {
    name: `kill -9 of ${victim}`,
    victim,
    async happen() {
      await service.kill('SIGKILL');
      await startAgain(service);
    },
  },
  {
    name: `SIGTERM to ${victim}`,
    victim,
    async happen() {
      await service.kill('SIGTERM');
      await startAgain(service);
    },
  },
  {
    name: `${victim} stands still`,
    victim,
    async happen() {
      void service.kill('SIGSTOP');
      await sleep(stillMs);
      void service.kill('SIGCONT');
    },
  },
];

export const killsOfPostgres = (postgres: PostgresServer): Fault[] =>
  (['SIGKILL', 'SIGINT'] as const).map((signal) => ({
    name: `PostgreSQL is stopped with ${signal}`,
    victim: 'PostgreSQL',
    async happen() {
      await postgres.stop(signal);
      await sleep(downMs);
      await postgres.start();
    },
  }));

export const killsOfNats = (node: NatsNode): Fault => ({
  name: `kill -9 of NATS ${node.name}`,
  victim: `NATS ${node.name}`,
  async happen() {
    await node.kill('SIGKILL');
    await sleep(downMs);
    await node.start();
  },
});

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
