import { SentinelError } from '../model/errors.ts';
import type { Consumer } from './engine.ts';

/** The consumers that an engine runs in this process: one of a group at most. */
export interface Consumers {
  /** Throws `conflict` when the group of this topic has one. */
  start(topic: string, group: string, open: () => Promise<Consumer>): Promise<Consumer>;
  /** Resolves also when there is none. */
  stop(topic: string, group: string): Promise<void>;
  /** Resolves when all have stopped, with the errors of those that failed to. */
  stopAll(): Promise<unknown[]>;
}

export function createConsumers(): Consumers {
  const running = new Map<string, Promise<Consumer>>();
  const nameOf = (topic: string, group: string): string => `${topic}/${group}`;

  return {
    async start(topic, group, open) {
      const name = nameOf(topic, group);
      if (running.has(name))
        throw new SentinelError('conflict', `group ${group} of ${topic} is being consumed`);
      const starting = open();
      running.set(name, starting);
      const forget = (): void => {
        if (running.get(name) === starting) running.delete(name);
      };
      const consumer = await starting.catch((error: unknown) => {
        forget();
        throw error;
      });
      return {
        pause: () => consumer.pause(),
        resume: () => consumer.resume(),
        stop: () => consumer.stop().finally(forget),
      };
    },
    async stop(topic, group) {
      const name = nameOf(topic, group);
      await (await running.get(name))?.stop();
      running.delete(name);
    },
    async stopAll() {
      const stops = await Promise.allSettled([...running.values()].map(async (one) => (await one).stop()));
      return stops.flatMap((stop) => (stop.status === 'rejected' ? [stop.reason as unknown] : []));
    },
  };
}
