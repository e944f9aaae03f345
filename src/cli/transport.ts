import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Method } from '../api/route.ts';
import type { Config } from '../config/load.ts';
import { createLogger } from '../support/log.ts';
import type { Io } from './io.ts';
import { type Server, reach } from './reach.ts';

/** How requests reach the API. */
export interface Transport {
  send(asked: Asked): Promise<Answered>;
  close(): Promise<void>;
  /** The data folder was opened in this process: no service runs. */
  readonly offline: boolean;
}

interface Asked {
  method: Method;
  path: string;
  body: unknown;
  /** A body that is no JSON, in place of the other. */
  file?: { stream: Readable; type: string };
  range?: { range: string };
}

interface Answered {
  status: number;
  /** Bytes of the body, where they are told. */
  length: number;
  body: Readable;
}

/** A service that starts answers in a moment. */
const startsForMs = 60_000;

export function overHttp(server: Server): Transport {
  return {
    async send({ method, path, body, file, range }) {
      const type = file?.type ?? (body === undefined ? undefined : 'application/json');
      const all = { ...server.headers, ...range, ...(type !== undefined && { 'content-type': type }) };
      const sent = file?.stream ?? (body === undefined ? undefined : JSON.stringify(body));
      const ask = () =>
        reach(server, path, { method, headers: all, ...(sent !== undefined && { body: sent }) });
      let response = await ask();
      for (const until = Date.now() + startsForMs; response.status === 503;) {
        const said = await response.text();
        // A stream can't be sent twice.
        const isPassing = file === undefined && said.includes('"code":"starting"') && Date.now() < until;
        if (!isPassing) return { status: 503, length: said.length, body: Readable.from([said]) };
        await sleep(1000 * Number(response.headers.get('retry-after') ?? 1));
        response = await ask();
      }
      return {
        status: response.status,
        length: Number(response.headers.get('content-length')),
        body: response.body === null ? Readable.from([]) : Readable.fromWeb(response.body),
      };
    },
    close: async () => undefined,
    offline: false,
  };
}

/** Opens the data folder in this process. */
export async function inProcess(config: Config, io: Io): Promise<Transport> {
  const { openOffline } = await import('../runtime/sentinel.ts');
  // Standard output belongs to the command.
  const destination = { write: (line: string) => void io.stderr.write(line) };
  const quiet = { ...config.log, level: 'error' as const, toStderr: true };
  const log = createLogger(quiet, { destination });
  const offline = await openOffline({ ...config, log: quiet }, { log });
  return {
    send: ({ method, path, body, file, range }) =>
      offline.inject({
        method,
        url: path,
        payload: file?.stream ?? body,
        headers: { ...range, ...(file && { 'content-type': file.type }) },
      }),
    close: () => offline.close(),
    offline: true,
  };
}
