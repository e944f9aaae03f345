import { type MessagePort, MessageChannel, receiveMessageOnPort } from 'node:worker_threads';

/** What the thread that answers is given when it is made; the port is to be transferred. */
export interface AnswerEnd {
  port: MessagePort;
  flags: Int32Array;
}

const openFlag = 0;
const answeredFlag = 1;
/** The number of the question, among several, that the thread is at. */
const placeFlag = 2;

type Asked = { one: unknown } | { all: readonly Limited[] };

/** A question: after how long its answer is interrupted, and given up when that is of no use. */
export interface Limited {
  question: unknown;
  limitMs: number;
  mostMs: number;
}

/** `hung`: it was interrupted. */
export type Told = { answer: unknown } | 'hung' | 'skipped';

const lookEveryMs = 25;

/**
 * Asks another thread: together, and this thread goes on; or synchronously, in a call that can be given up, which a function of
 * this thread can't. The latter costs 20 to 60 µs.
 */
export class SyncCaller {
  readonly answerEnd: AnswerEnd;
  readonly #port: MessagePort;
  readonly #flags = new Int32Array(new SharedArrayBuffer(12));

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.answerEnd = { port: port2, flags: this.#flags };
    port1.unref();
  }

  /** Whether the other thread takes questions, within this time. */
  opens(withinMs: number): boolean {
    return Atomics.wait(this.#flags, openFlag, 0, withinMs) !== 'timed-out';
  }

  /** Undefined when no answer has come in time: the other thread can't be asked any more then. */
  ask(question: unknown, withinMs: number): { answer: unknown } | undefined {
    Atomics.store(this.#flags, answeredFlag, 0);
    this.#port.postMessage({ one: question } satisfies Asked);
    if (Atomics.wait(this.#flags, answeredFlag, 0, withinMs) === 'timed-out') return undefined;
    return { answer: (receiveMessageOnPort(this.#port) as { message: unknown }).message };
  }

  /** As `opens` for now. */
  get isOpen(): boolean {
    return Atomics.load(this.#flags, openFlag) === 1;
  }

  /**
   * Asks them in their order, while this thread goes on; `tell` is told each answer as it comes. Resolves with the number of the
   * question at which the other thread stood still, if it did. Time in which this thread stands still, too, does not count: the
   * machine is busy then.
   */
  askAll(questions: readonly Limited[], tell: (told: Told) => void): Promise<number | undefined> {
    let [told, place, looks] = [0, -1, 0];
    Atomics.store(this.#flags, placeFlag, 0);
    return this.#listen<number | undefined>({ all: questions }, (done) => {
      const onClose = (): void => done(Atomics.load(this.#flags, placeFlag));
      const timer = setInterval(() => {
        const now = Atomics.load(this.#flags, placeFlag);
        looks = now === place ? looks + 1 : 0;
        place = now;
        const mostMs = questions[now]?.mostMs;
        if (mostMs !== undefined && looks * lookEveryMs >= mostMs) onClose();
      }, lookEveryMs);
      return {
        onMessage(message) {
          const answer = message as { at: number; told: Told };
          // One that was interrupted after it had answered answers again.
          if (answer.at < told) return;
          told++;
          tell(answer.told);
          if (told === questions.length) done(undefined);
        },
        onClose,
        end: () => clearInterval(timer),
      };
    });
  }

  #listen<T>(asked: Asked, begin: (done: (result: T) => void) => Listening): Promise<T> {
    const port = this.#port;
    return new Promise((resolve) => {
      const { onMessage, onClose, end } = begin((result) => {
        end();
        port.off('message', onMessage);
        port.off('close', onClose);
        port.unref();
        resolve(result);
      });
      port.on('message', onMessage);
      port.on('close', onClose);
      port.postMessage(asked);
    });
  }

  close(): void {
    this.#port.close();
  }
}

interface Listening {
  onMessage: (message: unknown) => void;
  onClose: () => void;
  end: () => void;
}

/**
 * The other end; keeps its thread alive. `answer` must not throw. `answerAll` is to tell of each question, in their order, and to
 * call `at` with its number before.
 */
export function answerCalls(
  { port, flags }: AnswerEnd,
  answer: (question: unknown) => unknown,
  answerAll?: (
    questions: readonly Limited[],
    given: { at: (place: number) => void; tell: (place: number, told: Told) => void },
  ) => void,
): void {
  port.on('message', (asked: Asked) => {
    if ('all' in asked) {
      answerAll!(asked.all, {
        at: (place) => void Atomics.store(flags, placeFlag, place),
        tell: (at, told) => port.postMessage({ at, told }),
      });
      return void Atomics.store(flags, placeFlag, asked.all.length);
    }
    reply({ port, flags }, answer(asked.one));
  });
  open(flags);
}

/** The same where the answer comes from elsewhere; to one question at a time, and never to several together. */
export function answerLater(end: AnswerEnd, answer: (question: unknown) => Promise<unknown>): void {
  end.port.on('message', (asked: Asked) => {
    if ('one' in asked) void answer(asked.one).then((answered) => reply(end, answered));
  });
  open(end.flags);
}

function reply({ port, flags }: AnswerEnd, answer: unknown): void {
  port.postMessage(answer);
  Atomics.store(flags, answeredFlag, 1);
  Atomics.notify(flags, answeredFlag);
}

function open(flags: Int32Array): void {
  Atomics.store(flags, openFlag, 1);
  Atomics.notify(flags, openFlag);
}
