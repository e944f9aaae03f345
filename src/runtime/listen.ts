import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config/load.ts';
import { SentinelError, messageOf } from '../model/errors.ts';

/** Returns the address then. Throws `config_invalid` when the port is not to be had. */
export async function listen(server: Server, config: Config): Promise<string> {
  const { host, port, tls } = config.http;
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error, config);
  }
  const name = host.includes(':') ? `[${host}]` : host;
  return `${tls === undefined ? 'http' : 'https'}://${name}:${(server.address() as AddressInfo).port}`;
}

function listenError(error: unknown, { http }: Config): Error {
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
    return new SentinelError(
      'config_invalid',
      `port ${http.port} on ${http.host} is taken by another program; choose another with SENTINEL_API_PORT`,
      { cause: error },
    );
  return new SentinelError(
    'config_invalid',
    `can't listen on ${http.host}:${http.port}: ${messageOf(error)}`,
    { cause: error },
  );
}
