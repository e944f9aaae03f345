import { SentinelError } from '../../../src/model/errors.ts';

/** What a process has asked of a store and waits for; the scheduler says when it happens. */
export interface Operation {
  label: string;
  /** Whether it changes anything. */
  writes: boolean;
  /** It happens, and its caller goes on. */
  run(): void;
  /** It happens, and its caller is told that nobody knows. */
  runUnheard(): void;
}

/** What one part of a process has done since it last held nothing; what it does next depends on that alone. */
export interface Thread {
  history: string;
}

/** A process whose every await on a store is a turn that it has to be given. */
export class Process {
  readonly name: string;
  readonly operations: Operation[] = [];
  readonly threads: Thread[] = [];
  /** False while it waits for messages. */
  busy = false;

  constructor(name: string) {
    this.name = name;
  }

  thread(): Thread {
    const thread = { history: '' };
    this.threads.push(thread);
    return thread;
  }

  call<T>(thread: Thread, label: string, effect: () => T, { writes = true } = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const end = (heard: boolean) => {
        this.operations.splice(this.operations.indexOf(operation), 1);
        const result = effect();
        thread.history += `\n${label}: ${heard ? JSON.stringify(result) : 'unheard'}`;
        if (heard) resolve(result);
        else reject(new SentinelError('engine_unavailable', 'the connection broke'));
      };
      const operation: Operation = {
        label,
        writes,
        run: () => end(true),
        runUnheard: () => end(false),
      };
      this.operations.push(operation);
    });
  }

  /** What it does next depends on this. */
  get state(): string {
    const waiting = this.operations.map(({ label }) => label).join(',');
    return [this.busy, ...this.threads.map(({ history }) => history), waiting].join('#');
  }
}
