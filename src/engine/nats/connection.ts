import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import {
  type ConnectionOptions,
  type NatsConnection,
  type TlsOptions,
  connect,
  credsAuthenticator,
} from '@nats-io/transport-node';
import { SentinelError, messageOf } from '../../model/errors.ts';
import { toEngineError } from './errors.ts';

export interface NatsAccess {
  /** `host:port`, or with `nats://` or `tls://` before it. */
  servers: string[];
  /** A `.creds` file, as `nsc` writes them. */
  credentialsPath?: string;
  user?: string;
  password?: string;
  token?: string;
  tls?: { caPath?: string; certPath?: string; keyPath?: string };
}

/** Told of a connection that comes and goes. */
export interface ConnectionEvents {
  onDisconnect?: (server: string) => void;
  onReconnect?: (server: string) => void;
  /** What the server reports, such as a permission that is missing. */
  onError?: (error: Error) => void;
}

export interface Link {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** Gives up soon: nobody answers for a stream or consumer that is just being made. */
  readonly looks: JetStreamManager;
  /** Subject prefix of JetStream's API. */
  readonly api: string;
  /** Bytes that one message may have, headers included. */
  maxPayload(): number;
  /** Calls back after each reconnect; returns the way to stop. */
  onReconnect(listener: () => void): () => void;
  /** Calls back when a stream lost what it held and was made again; returns the way to stop. */
  onLost(listener: (stream: string) => void): () => void;
  /** A stream was made again. */
  lost(stream: string): void;
  isClosed(): boolean;
  isConnected(): boolean;
  /** Milliseconds since a server was reached; 0 while one is. */
  awayMs(): number;
  /** From now on, closes the connection when no server is reached for a moment, so that nobody waits for one. */
  leave(): void;
}

/** A server that answers nothing is given up after two of these; JetStream itself notices a lost peer about as fast. */
const pingIntervalMs = 3000;
const requestTimeoutMs = 5000;
const lookTimeoutMs = 1000;
/** Long enough to reach another server of the cluster. */
const leaveAfterMs = 2000;

/** Connects, and checks that there is JetStream. Throws `engine_unavailable` with what to do. */
export async function openLink(access: NatsAccess, name: string, events: ConnectionEvents): Promise<Link> {
  const options: ConnectionOptions = {
    servers: access.servers,
    name: `data-sentinel ${name} on ${hostname()}`,
    timeout: requestTimeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: pingIntervalMs,
    maxPingOut: 2,
    // A password that was changed while we run must not end the process: it is tried again.
    ignoreAuthErrorAbort: true,
    ...(await authOf(access)),
  };
  const servers = access.servers.join(', ');
  let nc: NatsConnection;
  try {
    // A server of a cluster names the others even to whom it refuses, and the client would go round them without end.
    await (await connect({ ...options, ignoreClusterUpdates: true })).close();
    nc = await connect(options);
  } catch (error) {
    throw new SentinelError(
      'engine_unavailable',
      `NATS at ${servers} can't be reached: ${messageOf(error)}; check engine.servers, credentials and TLS`,
      { cause: error },
    );
  }
  const listeners = new Set<() => void>();
  const losses = new Set<(stream: string) => void>();
  let connected = true;
  let leftAt = 0;
  void follow(nc, events, (isConnected) => {
    if (connected && !isConnected) leftAt = performance.now();
    connected = isConnected;
    if (isConnected) for (const listener of listeners) listener();
  });
  try {
    const jsm = await jetstreamManager(nc, { timeout: requestTimeoutMs });
    return {
      nc,
      js: jetstream(nc, { timeout: requestTimeoutMs }),
      jsm,
      looks: await jetstreamManager(nc, { timeout: lookTimeoutMs, checkAPI: false }),
      api: '$JS.API',
      maxPayload: () => nc.info?.max_payload ?? 1024 * 1024,
      onReconnect(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      onLost(listener) {
        losses.add(listener);
        return () => void losses.delete(listener);
      },
      lost: (stream) => {
        for (const listener of losses) listener(stream);
      },
      isClosed: () => nc.isClosed(),
      isConnected: () => connected && !nc.isClosed(),
      awayMs: () => (connected ? 0 : performance.now() - leftAt),
      leave: () => closeWhenAway(nc, () => connected),
    };
  } catch (error) {
    await nc.close();
    throw new SentinelError(
      'engine_unavailable',
      `NATS at ${servers} has no JetStream for this account: ${messageOf(error)}; start nats-server with --jetstream`,
      { cause: toEngineError(error) },
    );
  }
}

async function authOf({
  credentialsPath,
  user,
  password,
  token,
  tls,
}: NatsAccess): Promise<Partial<ConnectionOptions>> {
  return {
    ...(credentialsPath === undefined
      ? {}
      : { authenticator: credsAuthenticator(await readOwn('engine.credentials', credentialsPath)) }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { pass: password }),
    ...(token === undefined ? {} : { token }),
    ...(tls === undefined ? {} : { tls: await tlsOf(tls) }),
  };
}

async function tlsOf({ caPath, certPath, keyPath }: NonNullable<NatsAccess['tls']>): Promise<TlsOptions> {
  const text = async (setting: string, path: string) => Buffer.from(await readOwn(setting, path)).toString();
  return {
    ...(caPath === undefined ? {} : { ca: await text('engine.tls.ca', caPath) }),
    ...(certPath === undefined ? {} : { cert: await text('engine.tls.cert', certPath) }),
    ...(keyPath === undefined ? {} : { key: await text('engine.tls.key', keyPath) }),
  };
}

async function readOwn(setting: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new SentinelError('config_invalid', `${setting}: ${path} can't be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function closeWhenAway(nc: NatsConnection, isConnected: () => boolean): void {
  let reachedAt = performance.now();
  const look = setInterval(() => {
    if (nc.isClosed()) clearInterval(look);
    else if (isConnected()) reachedAt = performance.now();
    else if (performance.now() - reachedAt > leaveAfterMs) void nc.close();
  }, leaveAfterMs / 10).unref();
}

async function follow(
  nc: NatsConnection,
  events: ConnectionEvents,
  onChange: (isConnected: boolean) => void,
): Promise<void> {
  for await (const status of nc.status()) {
    if (status.type === 'disconnect') {
      onChange(false);
      events.onDisconnect?.(status.server);
    }
    if (status.type === 'error') events.onError?.(status.error);
    if (status.type !== 'reconnect') continue;
    events.onReconnect?.(status.server);
    onChange(true);
  }
}
