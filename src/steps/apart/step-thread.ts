import { parentPort, workerData } from 'node:worker_threads';
import type { StateStore } from '../../engine/engine.ts';
import { SentinelError } from '../../model/errors.ts';
import { packNumbers, unpackNumbers } from '../../model/exact-messages.ts';
import { keepBeat } from '../../support/beat.ts';
import { fenceProcess } from '../../support/fence-process.ts';
import { type Logger, createLogger } from '../../support/log.ts';
import { SyncCaller } from '../../support/sync-call.ts';
import { loadStep } from '../discover.ts';
import type { SharedState } from '../motia/shared-state.ts';
import type { StepContext } from '../step.ts';
import {
  type ContractAnswer,
  type ContractQuestion,
  type FromThread,
  type Run,
  type StepThreadInput,
  type ToThread,
  fromPlain,
  toPlain,
} from './protocol.ts';

/** The thread of one step: runs its handler, and asks the pipeline for everything that a handler may use. */
const { file, beat } = workerData as StepThreadInput;
keepBeat(beat);
fenceProcess();
const port = parentPort!;
const post = (message: FromThread): void => port.postMessage(packNumbers(message));

const contracts = new SyncCaller();
const abort = new AbortController();
const calls = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
const watchers = new Map<number, (change: never) => void>();
let ids = 0;

const { step, problems } = await loadStep(file);
port.on('message', (packed: ToThread) => receive(unpackNumbers(packed) as ToThread));
port.postMessage({ loaded: step?.config, problems, contracts: contracts.answerEnd } satisfies FromThread, [
  contracts.answerEnd.port,
]);

function receive(message: ToThread): void {
  if ('run' in message) void run(message);
  else if ('abort' in message) abort.abort();
  else if ('change' in message) watchers.get(message.change)?.(message.value as never);
  else {
    const call = calls.get(message.answer);
    calls.delete(message.answer);
    if (message.error === undefined) call?.resolve(message.value);
    else call?.reject(fromPlain(message.error));
  }
}

async function run(about: Run): Promise<void> {
  const { run, input } = about;
  let result: FromThread;
  try {
    result = { done: run, value: await step!.handler(withBuffer(input), contextOf(about)) };
  } catch (error) {
    result = { done: run, error: toPlain(error) };
  }
  // A promise that the handler has left behind, and that is rejected, ends the thread before this.
  setImmediate(() => {
    try {
      post(result);
    } catch (error) {
      post({ done: run, error: toPlain(error) });
    }
  });
}

/** A buffer crosses as bytes. */
function withBuffer(input: unknown): unknown {
  const { rawBody } = (input ?? {}) as { rawBody?: unknown };
  return rawBody instanceof Uint8Array ? { ...(input as object), rawBody: Buffer.from(rawBody) } : input;
}

function contextOf({ run, trigger, attempt, requestId }: Run): StepContext {
  const ask = (method: string, ...args: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const call = ++ids;
      calls.set(call, { resolve, reject });
      post({ call, run, method, args });
    });
  const { name } = step!.config;
  return {
    step: name,
    trigger,
    attempt,
    requestId,
    async enqueue(topic, data, options) {
      const text = JSON.stringify(data) as string | undefined;
      if (text === undefined)
        throw new SentinelError(
          'step_failed',
          `Step ${name} enqueues something on ${topic} that is not JSON.`,
          {
            retryable: false,
          },
        );
      await ask('enqueue', topic, text, options);
    },
    logger: loggerOf(run),
    state: stateOf(ask),
    shared: sharedOf(ask),
    contracts: {
      validate(contract, version, event) {
        const question = [contract, version, event] satisfies ContractQuestion;
        const { answer } = contracts.ask(packNumbers(question), Infinity)!;
        const answered = unpackNumbers(answer) as ContractAnswer;
        if ('error' in answered) throw fromPlain(answered.error);
        return answered.value;
      },
    },
    signal: abort.signal,
  };
}

/** Its lines are written by the pipeline, under its own settings. */
const loggerOf = (run: number): Logger =>
  createLogger(
    { level: 'trace', format: 'json' },
    { destination: { write: (line: string) => post({ line, run }) } },
  );

function sharedOf(ask: (method: string, ...args: unknown[]) => Promise<unknown>): SharedState {
  const asking =
    (method: string) =>
    (...args: unknown[]) =>
      ask(`shared.${method}`, ...args) as never;
  return {
    get: asking('get'),
    set: asking('set'),
    update: asking('update'),
    delete: asking('delete'),
    list: asking('list'),
    clear: asking('clear'),
  };
}

function stateOf(ask: (method: string, ...args: unknown[]) => Promise<unknown>): StateStore {
  const asking =
    (method: string) =>
    (...args: unknown[]) =>
      ask(`state.${method}`, ...args) as never;
  return {
    get: asking('get'),
    put: asking('put'),
    putIfAbsent: asking('putIfAbsent'),
    replace: asking('replace'),
    delete: asking('delete'),
    write: asking('write'),
    list: asking('list'),
    watch(prefix, listener) {
      const id = ++ids;
      watchers.set(id, listener);
      void ask('watch', prefix, id);
      return () => {
        watchers.delete(id);
        void ask('unwatch', id);
      };
    },
  };
}
