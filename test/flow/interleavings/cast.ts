import { resumeReplays } from '../../../src/dead-letter/replay.ts';
import { type DeadLetterStore, createDeadLetters } from '../../../src/dead-letter/store.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { SentinelError } from '../../../src/model/errors.ts';
import type { Choice } from './explore.ts';
import { Process } from './process.ts';
import type { Scenario } from './scenario.ts';
import { type Kept, type Stores, engineOf } from './stores.ts';
import { type Opinion, type Worker, createWorker, opinionsOn } from './worker.ts';

/** The processes: workers, and gateways for as long as somebody asks something of one. */
export class Cast {
  processes: Process[] = [];
  /** Those that died and are to be started again. */
  down: ('worker' | 'gateway')[] = [];
  /** An error that is no broken store. */
  broken: string | undefined;
  readonly #stores: Stores;
  readonly #scenario: Scenario;
  #time = Date.UTC(2026, 0, 16);
  #names = 0;

  constructor(stores: Stores, scenario: Scenario) {
    this.#stores = stores;
    this.#scenario = scenario;
  }

  /** A message that waits is given to a worker that waits; what the worker thinks of it is a choice. */
  deliveries(): Choice[] {
    const message = this.#stores.messages.find(({ isReady }) => isReady);
    const worker = message && this.idleWorker();
    if (message === undefined || worker === undefined) return [];
    return opinionsOn(message.topic, this.#scenario).map((opinion) => ({
      label: `${worker.name}: gets ${message.topic} (${opinion})`,
      isDue: true,
      take: () => this.#deliver(message, worker, opinion),
    }));
  }

  /** Who died is started again. */
  starts(): Choice[] {
    return this.down
      .slice(0, 1)
      .map((role) => ({ label: `a ${role} starts`, isDue: true, take: () => this.#start(role) }));
  }

  /** Workers that wait are alike, but for what they have heard of rollbacks. */
  idleWorker(): Worker | undefined {
    const workers = this.processes.filter(isWorker);
    const idle = workers.find(({ busy }) => !busy);
    if (idle !== undefined || workers.length + this.down.length >= this.#scenario.workers) return idle;
    return this.#addWorker();
  }

  /** A person, or whoever starts, asks something of a gateway. */
  asGateway(work: (gateway: { engine: Engine; letters: DeadLetterStore }) => Promise<unknown>): void {
    this.#time += 1000;
    const gateway = new Process(`gateway ${++this.#names}`);
    const thread = gateway.thread();
    thread.history = String(this.#names);
    this.processes.push(gateway);
    const engine = engineOf(this.#stores, gateway, thread);
    const letters = createDeadLetters(engine.state, { now: () => new Date(this.#time) });
    this.#run(gateway, () =>
      // After an error it may still try something.
      work({ engine, letters }).then(() => {
        this.processes = this.processes.filter((one) => one !== gateway);
      }),
    );
  }

  kill(process: Process): void {
    this.processes = this.processes.filter((one) => one !== process);
    this.#stores.forget(process);
    for (const message of this.#stores.messages) {
      message.holders = message.holders.filter((one) => one !== process);
      if (message.holders.length === 0) message.isReady = true;
    }
    this.down.push(isWorker(process) ? 'worker' : 'gateway');
  }

  #deliver(message: Kept, worker: Worker, opinion: Opinion): void {
    const [thread] = worker.threads;
    message.isReady = false;
    message.holders.push(worker);
    thread!.history = `${message.topic} ${opinion} ${message.text}`;
    this.#run(worker, async () => {
      try {
        await worker.handle(message, opinion);
        await worker.call(thread!, 'acknowledge', () => this.#stores.remove(message));
      } catch (error) {
        message.holders.splice(message.holders.indexOf(worker), 1);
        message.isReady = true;
        throw error;
      } finally {
        thread!.history = '';
      }
    });
  }

  #run(process: Process, work: () => Promise<unknown>): void {
    process.busy = true;
    work()
      .catch((error: unknown) => this.#onError(error))
      .finally(() => (process.busy = false));
  }

  readonly #onError = (error: unknown): void => {
    if (!(error instanceof SentinelError)) this.broken = String(error instanceof Error ? error.stack : error);
  };

  #start(role: 'worker' | 'gateway'): void {
    this.down.splice(this.down.indexOf(role), 1);
    if (role === 'gateway') return this.asGateway((gateway) => resumeReplays(gateway));
    const worker = this.#addWorker();
    const { replays, rollbacks, before } = this.#scenario;
    if (replays + rollbacks > 0 || before === 'replaying') this.#run(worker, () => worker.begin());
  }

  #addWorker(): Worker {
    const name = `worker ${++this.#names}`;
    const worker = createWorker(this.#stores, { name, now: () => this.#time, onBroken: this.#onError });
    this.processes.push(worker);
    return worker;
  }
}

export const isWorker = (process: Process): process is Worker => 'handle' in process;
