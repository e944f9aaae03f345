import type { RequestListener, Server } from 'node:http';
import { problemBody, problemMediaType } from '../api/problem.ts';
import type { Config } from '../config/load.ts';
import type { IngestHandler } from '../ingest/handler.ts';
import { isIngestPath } from '../ingest/path.ts';
import type { Logger } from '../support/log.ts';
import { limitConnections } from './connections.ts';
import { createListener } from './listener.ts';

const closingPatienceMs = 3000;

/** The port that ingest and the API share. It opens before the pipeline is up: events are taken from then on. */
export interface Port {
  readonly server: Server;
  /** From now on everything but ingest is answered by this. Until then it is answered 503, but for `/health`. */
  answerWith(handler: RequestListener): void;
  /** Answers what is under way, and takes no new connections. */
  close(): Promise<void>;
}

export function createPort(
  { http, role }: Pick<Config, 'http' | 'role'>,
  { ingest, stopping, log }: { ingest: Pick<IngestHandler, 'handle'>; stopping: () => boolean; log: Logger },
): Port {
  let handler: RequestListener = whileStarting;
  const server = createListener(
    http,
    (request, response) => {
      // Once stopping, a client that keeps its connection must look for another server.
      if (stopping()) response.shouldKeepAlive = false;
      if (isIngestPath(request.url!) && role !== 'worker') ingest.handle(request, response);
      else handler(request, response);
    },
    log,
  );
  limitConnections(server, http, log);

  return {
    server,
    answerWith: (next) => void (handler = next),
    /**
     * Requests that are under way leave an idle connection behind, which `server.close` would wait for; for a client that
     * does not end its request it would wait minutes.
     */
    async close() {
      const idle = setInterval(() => server.closeIdleConnections(), 20);
      const all = setTimeout(() => server.closeAllConnections(), closingPatienceMs);
      await new Promise((resolve) => server.close(resolve));
      clearInterval(idle);
      clearTimeout(all);
    },
  };
}

const whileStarting: RequestListener = (request, response) => {
  if (request.url === '/health' && request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    return void response.end(JSON.stringify({ status: 'ok' }));
  }
  response.writeHead(503, { 'content-type': problemMediaType, 'retry-after': '1' });
  response.end(
    problemBody({
      status: 503,
      code: 'starting',
      title: 'The service starts',
      detail: 'Events are taken already; everything else is answered in a moment.',
    }),
  );
};
