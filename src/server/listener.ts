import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { type RequestListener, type Server, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { HttpConfig } from '../config/types.ts';
import { SentinelError, messageOf } from '../model/errors.ts';
import type { Logger } from '../support/log.ts';
import { patienceOf } from './connections.ts';

/** How often the files are looked at; whoever renews a certificate does so days before its end. */
const lookEveryMs = 2000;

/** What takes connections: HTTP, or HTTPS where there is a certificate. */
export function createListener(config: HttpConfig, handle: RequestListener, log: Logger): Server {
  const { tls } = config;
  const underBase: RequestListener = (request, response) => {
    request.url = withoutBase(pathOf(request.url!), config.basePath);
    handle(request, response);
  };
  if (tls === undefined) return createServer(patienceOf(config), underBase);

  const server = createTlsServer({ ...patienceOf(config), ...readPair(tls) }, underBase);
  const reload = (): void => {
    try {
      server.setSecureContext(readPair(tls));
      log.info({ status: 'reloaded', cert: tls.cert }, 'the certificate was read again');
    } catch (err) {
      // Both files change, one after the other: the next look finds a pair.
      log.warn({ err, code: 'certificate_not_read' }, 'the changed certificate is not used yet');
    }
  };
  for (const file of [tls.cert, tls.key])
    watchFile(file, { interval: lookEveryMs, persistent: false }, reload);
  server.on('close', () => {
    for (const file of [tls.cert, tls.key]) unwatchFile(file, reload);
  });
  return server;
}

/** Clients that believe to speak to a proxy put the whole URL into the request line. */
function pathOf(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?#]*(?=[/?]|$)/i, '') || '/';
}

/** A proxy may pass the prefix on or take it away: both are answered. */
function withoutBase(url: string, base: string): string {
  if (base === '' || !url.startsWith(base)) return url;
  const rest = url.slice(base.length);
  if (rest === '') return '/';
  return rest.startsWith('/') ? rest : rest.startsWith('?') ? `/${rest}` : url;
}

function readPair({ cert, key }: { cert: string; key: string }): { cert: Buffer; key: Buffer } {
  try {
    return { cert: readFileSync(cert), key: readFileSync(key) };
  } catch (error) {
    throw new SentinelError('config_invalid', `http.tls: ${messageOf(error)}`, { cause: error });
  }
}
