import type { Server, ServerOptions } from 'node:http';
import type { HttpConfig } from '../config/types.ts';
import { limitLog } from '../support/log-limit.ts';
import type { Logger } from '../support/log.ts';

type Limits = Pick<HttpConfig, 'maxConnections' | 'requestTimeoutMs'>;

/** Longer than the 60 s of usual load balancers, so that they close idle connections and not the service. */
const keepAliveTimeout = 65_000;
/** Also of a connection on which nothing has been sent yet. */
const longestHeaders = 30_000;
const longestPause = 5000;
const linesPerSecond = 1;

/** How long a client may take to send a request: connections that only wait would otherwise fill all places. */
export function patienceOf({ requestTimeoutMs }: Limits): ServerOptions {
  return {
    keepAliveTimeout,
    requestTimeout: requestTimeoutMs,
    headersTimeout: Math.min(longestHeaders, requestTimeoutMs),
    connectionsCheckingInterval: Math.min(longestPause, requestTimeoutMs),
  };
}

/** Hangs up on connections beyond the limit, and says so; those that are open go on, idle or not. */
export function limitConnections(server: Server, { maxConnections }: Limits, log: Logger): void {
  server.maxConnections = maxConnections;
  const lines = limitLog(log, linesPerSecond);
  server.on('drop', () =>
    lines.write(
      'warn',
      'too_many_connections',
      { status: 'failed', code: 'too_many_connections', max_connections: maxConnections },
      `a connection is refused: ${maxConnections} are open (http.max_connections)`,
    ),
  );
}
