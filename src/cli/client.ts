import type { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { type Ask, type AskArgs, type Key, type ReplyTo, addressOf, queryString } from '../api/client.ts';
import { parseJson } from '../model/exact-json.ts';
import { readEnvironment, variable } from '../config/environment.ts';
import type { Config } from '../config/load.ts';
import { SentinelError, messageOf } from '../model/errors.ts';
import { isObject } from '../model/json.ts';
import { CliError, type Io } from './io.ts';
import { configOf, type ServerOptions } from './options.ts';
import { type Server, agentFor, reach } from './reach.ts';
import { type Transport, inProcess, overHttp } from './transport.ts';

/** The service's API, reached over HTTP or, when nothing runs, opened in this process. */
export interface ApiClient {
  /** The reply. Throws a `CliError` that says what the service said, when it refuses. */
  request<K extends Key>(key: K, ...ask: AskArgs<K>): Promise<ReplyTo<K>>;
  /** As `request`, with the stream as the body. */
  upload<K extends Key>(key: K, file: Readable, ask: Pick<Ask<K>, 'query'>): Promise<ReplyTo<K>>;
  /** The body of a GET as it comes, from a byte of it on. Throws as `request` does. */
  download<K extends Key>(key: K, from: number, ...ask: AskArgs<K>): Promise<Download>;
  close(): Promise<void>;
  /** The data folder was opened in this process: no service runs. */
  readonly offline: boolean;
}

export interface Download {
  /** Of the whole file. */
  bytes: number;
  /** What is left of it; fails when it breaks off. */
  body: Readable;
}

const probeTimeoutMs = 3000;

/** `--url` means a server, and only that. Otherwise a server on the configured address, else the data folder. */
export async function connect(io: Io, options: ServerOptions): Promise<ApiClient> {
  if (options.url !== undefined) {
    const server = serverAt(io, options.url, options.token);
    if (await isListening(server)) return clientOf(overHttp(server));
    throw new CliError(
      `nothing answers at ${server.url}; start the service with: sentinel start, or leave --url out to open the data folder`,
    );
  }
  const config = configOf(io, options);
  const server = serverOf(config, options);
  return clientOf((await isListening(server)) ? overHttp(server) : await dataFolder(config, io, server));
}

/** Another process has the folder where its service listens elsewhere than this one's settings say: nobody should stop that. */
async function dataFolder(config: Config, io: Io, { url }: Server): Promise<Transport> {
  try {
    return await inProcess(config, io);
  } catch (error) {
    if (!(error instanceof SentinelError && error.code === 'data_folder_in_use')) throw error;
    const [, pid = 'another'] = /with pid (\d+)/.exec(error.message) ?? [];
    throw new CliError(
      `no service answers at ${url}, but process ${pid} uses ${config.dataDir}: give the address of its service with --url, or set SENTINEL_API_PORT`,
    );
  }
}

/** The server; throws a `CliError` when none runs. */
export async function requireServer(io: Io, options: ServerOptions): Promise<Server> {
  const { url } = options;
  const server =
    url === undefined ? serverOf(configOf(io, options), options) : serverAt(io, url, options.token);
  if (await isListening(server)) return server;
  throw new CliError(`nothing answers at ${server.url}; start the service with: sentinel start`);
}

/** The server that a configuration is of. */
export function serverOf(
  { http }: Config,
  { token = http.token }: Pick<ServerOptions, 'token'> = {},
): Server {
  const address = `${reachable(http.host)}:${http.port}`;
  const headers = authorized(token);
  if (http.tls === undefined) return { url: `http://${address}`, headers };
  const agent = agentFor(http.tls);
  return { url: `https://${address}`, headers, ...(agent && { agent }) };
}

/** A server elsewhere: only the token is asked of this machine, not the secrets that the service itself needs. */
function serverAt(io: Io, url: string, token?: string): Server {
  const own = token ?? variable(readEnvironment(io.cwd, io.env), 'SENTINEL_API_TOKEN');
  return { url: url.replace(/\/+$/, ''), headers: authorized(own) };
}

const authorized = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** An address to bind to is not always one to connect to. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** False when nothing listens there; throws when something does that is not this service. */
async function isListening(server: Server): Promise<boolean> {
  const { url } = server;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new CliError(`--url: ${url} is not a URL; write it as http://127.0.0.1:3111`, 2);
  let response: Response;
  try {
    response = await reach(server, '/health', { signal: AbortSignal.timeout(probeTimeoutMs) });
  } catch (error) {
    if (causeCode(error) === 'ECONNREFUSED') return false;
    throw new CliError(`${url} can't be reached: ${messageOf((error as Error).cause ?? error)}`);
  }
  const body = await response.text();
  if (response.ok && body.includes('"status"')) return true;
  throw new CliError(`something that is not Data Sentinel answers at ${url}`);
}

function causeCode(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = isObject(cause) || cause instanceof Error ? (cause as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function clientOf({ send, close, offline }: Transport): ApiClient {
  async function answerTo<K extends Key>(asked: Parameters<Transport['send']>[0]): Promise<ReplyTo<K>> {
    const { status, text } = await send(asked)
      .then(async (answered) => ({ status: answered.status, text: await textOf(answered.body) }))
      .catch((error: unknown) => {
        throw offline
          ? error
          : new Unavailable(`the service can't be reached: ${messageOf((error as Error).cause ?? error)}`);
      });
    return answer<ReplyTo<K>>(status, text);
  }

  return {
    request<K extends Key>(key: K, ...[ask]: AskArgs<K>) {
      const { params, query, body } = (ask ?? {}) as Ask<Key>;
      const { method, path } = addressOf(key, params);
      return answerTo<K>({ method, path: path + queryString(query), body });
    },
    upload<K extends Key>(key: K, stream: Readable, { query }: Pick<Ask<K>, 'query'>) {
      const { method, path } = addressOf(key);
      const file = { stream, type: 'application/x-ndjson' };
      return answerTo<K>({ method, path: path + queryString(query), body: undefined, file });
    },
    async download<K extends Key>(key: K, from: number, ...[ask]: AskArgs<K>) {
      const { params, query } = (ask ?? {}) as Ask<Key>;
      const { path } = addressOf(key, params);
      const range = from === 0 ? undefined : { range: `bytes=${from}-` };
      const { status, length, body } = await send({
        method: 'GET',
        path: path + queryString(query),
        body: undefined,
        ...(range && { range }),
      });
      if (status === (from === 0 ? 200 : 206)) return { bytes: from + length, body };
      return answer<never>(status, await textOf(body));
    },
    close,
    offline,
  };
}

function answer<T>(status: number, text: string): T {
  let body: unknown;
  try {
    body = text === '' ? undefined : parseJson(text);
  } catch {
    throw new CliError(`the service answered ${status} with something that is not JSON`);
  }
  if (status >= 200 && status < 300) return body as T;
  throw new (status === 503 ? Unavailable : CliError)(refusalText(status, body));
}

/** A problem document (RFC 9457) in one sentence. */
export function refusalText(status: number, body: unknown): string {
  if (!isObject(body)) return `the service answered ${status}`;
  const { title, detail } = body;
  const said = [title, detail].filter((part) => typeof part === 'string').join(': ');
  return said === '' ? `the service answered ${status}` : said;
}

/** The service can't be reached, or is not ready: the same request may succeed a moment later. */
export class Unavailable extends CliError {}

/** Opens a client for the time of one piece of work. */
export async function withClient<T>(
  io: Io,
  options: ServerOptions,
  work: (client: ApiClient) => Promise<T>,
): Promise<T> {
  const client = await connect(io, options);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
