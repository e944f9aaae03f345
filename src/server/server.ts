import Fastify, { type FastifyInstance } from 'fastify';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type ErrorCode, SentinelError } from '../model/errors.ts';
import { isIngestPath } from '../ingest/handler.ts';
import { limitLog } from '../support/log-limit.ts';
import { createAuthorize } from '../sources/authorize.ts';
import type { ServerContext } from './context.ts';
import { type EventStreams, createEventStreams } from './event-stream.ts';
import type { Problem } from '../api/problem.ts';
import { notFound, sendProblem } from './replies.ts';
import { limitConnections, patienceOf } from './connections.ts';
import { consoleRoutes, isConsolePath } from './routes/console.ts';
import { consumerRoutes } from './routes/consumers.ts';
import { contractRoutes } from './routes/contracts.ts';
import { readBodiesExactly } from './exact-body.ts';
import { deadLetterDiscardRoutes } from './routes/dead-letter-discards.ts';
import { deadLetterEditRoutes } from './routes/dead-letter-edits.ts';
import { deadLetterRoutes } from './routes/dead-letters.ts';
import { eventRoutes } from './routes/events.ts';
import { flowActivityRoutes } from './routes/flow-activity.ts';
import { healingRoutes } from './routes/healing.ts';
import { healthRoutes } from './routes/health.ts';
import { historyRoutes } from './routes/history.ts';
import { logRoutes } from './routes/logs.ts';
import { queryRoutes } from './routes/query.ts';
import { repairRoutes } from './routes/repairs.ts';
import { ruleRoutes } from './routes/rules.ts';
import { stateRoutes } from './routes/state.ts';
import { statsRoutes } from './routes/stats.ts';
import { stepRoutes } from './routes/steps.ts';

/** Lines in the log about requests that failed with the same code. */
const failuresPerSecond = 2;

/**
 * The API, health and metrics. Ingest shares the port, but its requests never reach the framework: they are handed
 * to `ingest` as they come in.
 */
export async function createApi(context: ServerContext): Promise<FastifyInstance> {
  const { ingest, config, log } = context;
  const authorize = createAuthorize(config.http);
  // While NATS or the destination is away, an open console asks again and again.
  const lines = limitLog(log, failuresPerSecond);
  const app = Fastify({
    logger: false,
    bodyLimit: config.http.maxBodyBytes,
    forceCloseConnections: 'idle',
    serverFactory: (handler) =>
      createServer(patienceOf(config.http), (request: IncomingMessage, response: ServerResponse) => {
        // Once stopping, a client that keeps its connection must look for another server.
        if (!context.ready()) response.shouldKeepAlive = false;
        if (isIngestPath(request.url!) && config.role !== 'worker') ingest.handle(request, response);
        else handler(request, response);
      }),
  });

  limitConnections(app.server, config.http, log);

  // Requests that are under way when closing begins leave an idle connection behind, which `close` would wait for; for a
  // client that does not end its request it would wait minutes.
  const closing: NodeJS.Timeout[] = [];
  app.addHook('preClose', async () => {
    closing.push(
      setInterval(() => app.server.closeIdleConnections(), 20),
      setTimeout(() => app.server.closeAllConnections(), closingPatienceMs),
    );
  });
  app.addHook('onClose', async () => closing.forEach((timer) => clearTimeout(timer)));
  const streams = createEventStreams();
  app.addHook('preClose', async () => streams.endAll());
  app.addHook('onRequest', async (request, reply) => {
    if (openPaths.has(request.url) || isConsolePath(request.url)) return;
    const refusal = authorize(request);
    if (refusal !== undefined) return sendProblem(reply, refusal);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      notFound(
        config.role === 'worker'
          ? 'This process is a worker: it answers /health, /ready and /metrics. Ask a gateway.'
          : `There is nothing at ${request.method} ${request.url.slice(0, 200)}.`,
      ),
    ),
  );
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.status >= 500)
      lines.write(
        'error',
        problem.code,
        { err: error, status: 'failed', code: problem.code, path: request.routeOptions.url },
        'request failed',
      );
    return sendProblem(reply, problem);
  });

  healthRoutes(app, context);
  if (config.role !== 'worker') await apiRoutes(app, context, streams);
  await app.ready();
  return app;
}

async function apiRoutes(app: FastifyInstance, context: ServerContext, streams: EventStreams): Promise<void> {
  eventRoutes(app, context);
  deadLetterRoutes(app, context);
  deadLetterDiscardRoutes(app, context);
  void app.register(async (scope) => {
    // The event stands within the body.
    readBodiesExactly(scope, { maxDepth: context.config.http.maxDepth + 1 });
    deadLetterEditRoutes(scope, context);
  });
  ruleRoutes(app, context);
  healingRoutes(app, context);
  repairRoutes(app, context);
  contractRoutes(app, context);
  flowActivityRoutes(app, context);
  statsRoutes(app, context, streams);
  logRoutes(app, context, streams);
  historyRoutes(app, context);
  consumerRoutes(app, context);
  stateRoutes(app, context);
  queryRoutes(app, context);
  consoleRoutes(app);
  await stepRoutes(app, context);
}

const closingPatienceMs = 3000;

const openPaths = new Set(['/health', '/ready']);

const statusOfCode: Partial<Record<ErrorCode, Problem['status']>> = {
  query_refused: 422,
  query_failed: 422,
  not_found: 404,
  conflict: 409,
};

function problemOf(error: unknown): Problem {
  if (error instanceof SentinelError) {
    const status = statusOfCode[error.code] ?? (error.retryable ? 503 : 500);
    return {
      status,
      code: error.code,
      title: status >= 500 ? 'The service can not answer now' : 'The request can not be carried out',
      detail: error.message,
      ...(status === 503 ? { retryAfter: 1 } : undefined),
    };
  }
  const { statusCode, message, code } = error as { statusCode?: number; message?: string; code?: string };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    const status = ([400, 413, 415] as const).find((known) => known === statusCode) ?? 400;
    return {
      status,
      code: code ?? 'bad_request',
      title: 'Bad request',
      detail: message ?? 'The request is malformed.',
    };
  }
  return {
    status: 500,
    code: 'internal_error',
    title: 'Internal error',
    detail: 'The request failed in the service; its log says why.',
  };
}
