import { type IncomingMessage, type Server, request as send } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import * as streams from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** A request as the engine's HTTP worker hands it on, as far as it is used. */
export interface EngineRequest {
  headers?: Record<string, string | string[]>;
  query_params?: Record<string, string | string[]>;
  path_params?: Record<string, string>;
  body?: unknown;
  /** The bytes of the body. */
  request_body?: { stream: Readable };
}

export interface EngineReply {
  status_code: number;
  headers: Record<string, string>;
  body: unknown;
}

/** Of the engine's own connection, or made anew for ours. */
const notPassedOn = new Set([
  'connection',
  'content-length',
  'transfer-encoding',
  'expect',
  'upgrade',
  'keep-alive',
  'x-forwarded-for',
]);

/** Node has it since 20.17, its types have not. */
const { duplexPair } = streams as unknown as { duplexPair: () => [Duplex, Duplex] };

/**
 * Answers `/ingest` of the engine: the request goes through our own server, so that keys, signatures, limits and durability are
 * the same. The engine's JSON has doubles, so the body's bytes are taken. `secure`: the server speaks TLS.
 */
export const ingestFunction =
  (server: Server, { basePath, secure }: { basePath: string; secure: boolean }) =>
  async (input: EngineRequest): Promise<EngineReply> => {
    const { headers = {}, query_params: query = {}, path_params: params = {} } = input;
    if (input.request_body === undefined && typeof (input.body ?? '') !== 'string') return withoutBytes;
    const [ours, theirs] = duplexPair();
    // The connection of a server with TLS is one whose handshake is over.
    server.emit(secure ? 'secureConnection' : 'connection', theirs);
    const source = params['source'];
    const outgoing = send({
      createConnection: () => ours,
      method: 'POST',
      path: `${basePath}/ingest${source === undefined ? '' : `/${pathSegment(source)}`}${searchOf(query)}`,
      headers: {
        host: 'localhost',
        ...Object.fromEntries(
          Object.entries(headers).filter(([name]) => !notPassedOn.has(name.toLowerCase())),
        ),
        connection: 'close',
      },
    });
    const reply = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.on('response', resolve);
      outgoing.on('error', reject);
    });
    try {
      // A refusal may come before the body's end.
      const [response] = await Promise.all([reply, writeBody(input, outgoing).catch(() => undefined)]);
      return await replyOf(response);
    } finally {
      ours.destroy();
    }
  };

async function writeBody(
  { request_body, body }: EngineRequest,
  outgoing: NodeJS.WritableStream,
): Promise<void> {
  if (request_body === undefined) outgoing.end((body as string | null | undefined) ?? '');
  else await pipeline(request_body.stream, outgoing);
}

/** The values of a body that the engine has read may have been rounded. */
const withoutBytes: EngineReply = {
  status_code: 415,
  headers: { 'content-type': 'application/problem+json' },
  body: {
    type: 'urn:data-sentinel:problem:body_without_bytes',
    title: 'The body came without its bytes',
    status: 415,
    detail: "The engine's HTTP worker handed on no request_body; numbers may have been rounded.",
  },
};

/** Some engines hand it on as it stands in the URL. */
const pathSegment = (text: string): string => (/^[\w.~%-]+$/.test(text) ? text : encodeURIComponent(text));

function searchOf(query: Record<string, string | string[]>): string {
  const search = new URLSearchParams();
  for (const [name, values] of Object.entries(query))
    for (const value of [values].flat()) search.append(name, value);
  return search.size === 0 ? '' : `?${search.toString()}`;
}

async function replyOf(response: IncomingMessage): Promise<EngineReply> {
  const answer = await text(response);
  const headers: Record<string, string> = {};
  for (const name of ['content-type', 'retry-after', 'www-authenticate'])
    if (typeof response.headers[name] === 'string') headers[name] = response.headers[name];
  const isJson = /\bjson\b/.test(headers['content-type'] ?? '');
  return {
    status_code: response.statusCode!,
    headers,
    body: isJson && answer !== '' ? (JSON.parse(answer) as unknown) : answer,
  };
}
