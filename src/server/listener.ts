import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { type RequestListener, type Server, createServer } from 'node:http';
import { type Server as TlsServer, createServer as createTlsServer } from 'node:https';
import type { HttpConfig } from '../config/types.ts';
import { SentinelError, messageOf } from '../model/errors.ts';
import type { Logger } from '../support/log.ts';
import { patienceOf } from './connections.ts';
import { answerExpectations, answerNoRequests } from './no-request.ts';

/** How often the files are looked at; whoever renews a certificate does so days before its end. */
const lookEveryMs = 2000;

type TlsFiles = NonNullable<HttpConfig['tls']>;

/** What takes connections: HTTP, or HTTPS where there is a certificate. */
export function createListener(config: HttpConfig, handle: RequestListener, log: Logger): Server {
  const { tls } = config;
  const underBase: RequestListener = (request, response) => {
    request.url = withoutBase(plainPath(pathOf(request.url!)), config.basePath);
    handle(request, response);
  };
  const server =
    tls === undefined
      ? createServer(patienceOf(config), underBase)
      : createTlsServer({ ...patienceOf(config), ...readPair(tls) }, underBase);
  answerNoRequests(server);
  answerExpectations(server, underBase, config.maxBodyBytes);
  if (tls !== undefined) reloadOnChange(server as TlsServer, tls, log);
  return server;
}

function reloadOnChange(server: TlsServer, tls: TlsFiles, log: Logger): void {
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
}

/** Clients that believe to speak to a proxy put the whole URL into the request line. */
function pathOf(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?#]*(?=[/?]|$)/i, '') || '/';
}

/** An encoded letter is that letter (RFC 3986, 6.2.2), and two slashes, as where URLs were joined, are one. */
function plainPath(url: string): string {
  if (!url.includes('%') && !url.includes('//')) return url;
  const end = url.search(/[?#]/);
  const path = end === -1 ? url : url.slice(0, end);
  const plain = path.replace(/\/{2,}/g, '/').replace(/%[0-9a-f]{2}/gi, (code) => {
    const letter = String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return /[\w.~-]/.test(letter) ? letter : code;
  });
  return plain + url.slice(path.length);
}

/** A proxy may pass the prefix on or take it away: both are answered. */
function withoutBase(url: string, base: string): string {
  if (base === '' || !url.startsWith(base)) return url;
  const rest = url.slice(base.length);
  if (rest === '') return '/';
  return rest.startsWith('/') ? rest : rest.startsWith('?') ? `/${rest}` : url;
}

function readPair({ cert, key }: TlsFiles): { cert: Buffer; key: Buffer } {
  try {
    return { cert: readFileSync(cert), key: readFileSync(key) };
  } catch (error) {
    throw new SentinelError('config_invalid', `http.tls: ${messageOf(error)}`, { cause: error });
  }
}
