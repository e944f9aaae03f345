import { packNumbers, unpackNumbers } from '../model/exact-messages.ts';
import type { MessagePort, Worker } from 'node:worker_threads';
import { type ErrorCode, SentinelError, errorCodes, messageOf } from '../model/errors.ts';

/** An object whose methods take and return what structured clone can copy, and all return promises. */
type Api<T> = { [K in keyof T]: (...args: never[]) => Promise<unknown> };

interface Call {
  call: number;
  method: string;
  args: unknown[];
}
interface Answer {
  answer: number;
  value?: unknown;
  error?: { message: string; code: string | undefined };
}

/** Answers calls that come through the port with the methods of `api`. */
export function serve<T extends Api<T>>(port: MessagePort, api: T): void {
  const methods = new Map(Object.entries(api) as [string, (...args: unknown[]) => Promise<unknown>][]);
  port.on('message', (message: Call) => {
    if (typeof message.call !== 'number') return;
    const method = methods.get(message.method);
    const result =
      method === undefined
        ? Promise.reject(new Error(`no method ${message.method}`))
        : method(...(unpackNumbers(message.args) as unknown[]));
    result.then(
      (value) => port.postMessage({ answer: message.call, value: packNumbers(value) } satisfies Answer),
      (error: unknown) => {
        const code = error instanceof SentinelError ? error.code : undefined;
        port.postMessage({
          answer: message.call,
          error: { message: messageOf(error), code },
        } satisfies Answer);
      },
    );
  });
}

export interface Remote<T> {
  readonly api: T;
  /** Rejects all calls that are under way and all later ones. */
  fail(error: Error): void;
}

/** The other end of `serve`: an object with the same methods. */
export function remote<T extends Api<T>>(worker: Worker): Remote<T> {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let calls = 0;
  let failure: Error | undefined;

  worker.on('message', (message: Answer) => {
    if (typeof message.answer !== 'number') return;
    const call = waiting.get(message.answer);
    waiting.delete(message.answer);
    if (message.error === undefined) call?.resolve(unpackNumbers(message.value));
    else call?.reject(revive(message.error));
  });

  const api = new Proxy({} as T & object, {
    get: (_, method) =>
      typeof method === 'string' && method !== 'then' ? call.bind(undefined, method) : undefined,
  });

  function call(method: string, ...args: unknown[]): Promise<unknown> {
    if (failure !== undefined) return Promise.reject(failure);
    return new Promise((resolve, reject) => {
      const id = ++calls;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ call: id, method, args: packNumbers(args) as unknown[] } satisfies Call);
    });
  }

  return {
    api,
    fail(error) {
      failure = error;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}

function revive({ message, code }: { message: string; code: string | undefined }): Error {
  return code !== undefined && code in errorCodes
    ? new SentinelError(code as ErrorCode, message)
    : new Error(message);
}
