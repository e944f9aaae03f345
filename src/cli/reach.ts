import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { Readable } from 'node:stream';
import type { Config } from '../config/load.ts';

/** Where the service is and how to be let in. */
export interface Server {
  url: string;
  headers: Record<string, string>;
  /** Of a service on this machine with `http.tls`; otherwise the certificate is checked as `fetch` does. */
  agent?: Agent;
}

export interface ReachInit {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer> | Readable;
  signal?: AbortSignal;
}

/** As `fetch`. Rejects with an error whose cause says why when the service can't be reached. */
export function reach({ url, agent }: Server, path: string, init: ReachInit = {}): Promise<Response> {
  if (agent !== undefined) return overTls(agent, url + path, init);
  const { body, ...rest } = init;
  const sent =
    body instanceof Readable
      ? { body: Readable.toWeb(body), duplex: 'half' as const }
      : body !== undefined && { body };
  return fetch(url + path, { ...rest, ...sent });
}

/**
 * Recognises the service by its own certificate, whoever has signed it and whatever names it is for: the address that the service
 * listens at is not one of them. Undefined when this user may not read it.
 */
export function agentFor(tls: NonNullable<Config['http']['tls']>): Agent | undefined {
  let ca: string;
  try {
    ca = readFileSync(tls.cert, 'utf8');
  } catch {
    return undefined;
  }
  const { raw } = new X509Certificate(ca);
  return new Agent({
    keepAlive: true,
    ca,
    allowPartialTrustChain: true,
    checkServerIdentity: (_host, peer) =>
      raw.equals(peer.raw) ? undefined : new Error(`it has another certificate than ${tls.cert}`),
  });
}

function overTls(agent: Agent, url: string, { body, ...options }: ReachInit): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { ...options, agent }, (answer) => {
      const { statusCode: status = 500, headers } = answer;
      const fields = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, String(value)]],
      );
      resolve(new Response(Readable.toWeb(answer) as ReadableStream, { status, headers: fields }));
    });
    sending.on('error', (cause) => reject(new Error(`${url} can't be reached`, { cause })));
    if (body instanceof Readable) body.on('error', (error) => sending.destroy(error)).pipe(sending);
    else sending.end(body);
  });
}
