import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { request as requestByTls } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { SentinelError } from '../model/errors.ts';
import type { Source } from '../sources/source.ts';

const patienceMs = 10_000;

/** Signs a sample as its sender does, and sends it to this very server. Needs a source that can sign. */
export async function sendSample(
  server: Server,
  source: Source,
  text: string,
): Promise<{ status: number; answer: string }> {
  const sample = {
    method: 'POST',
    url: `/ingest/${source.name}`,
    body: Buffer.from(text),
    now: Date.now(),
  };
  const { headers, url = sample.url, body = sample.body } = source.sign!(sample);
  const { address, port } = server.address() as AddressInfo;
  const sent = ('setSecureContext' in server ? requestByTls : request)({
    host: ownAddress.get(address) ?? address,
    port,
    method: 'POST',
    path: url,
    headers: { 'content-type': 'application/json', ...headers },
    // It is this process that answers, whatever name its certificate has.
    rejectUnauthorized: false,
    signal: AbortSignal.timeout(patienceMs),
  });
  try {
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const parts = (await response.toArray()) as Buffer[];
    return { status: response.statusCode!, answer: Buffer.concat(parts).toString() };
  } catch (error) {
    throw new SentinelError('pipeline_busy', 'the sample was not answered', { cause: error });
  }
}

/** Of a server that listens on all addresses. */
const ownAddress = new Map([
  ['::', '::1'],
  ['0.0.0.0', '127.0.0.1'],
]);
