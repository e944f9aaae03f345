import type { RequestListener } from 'node:http';
import type * as fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { limitLog } from '../support/log-limit.ts';
import type { ServerContext } from './context.ts';
import { createEventStreams } from './event-stream.ts';
import type { Port } from './port.ts';
import { notFound, sendProblem } from './replies.ts';
import { apiRoutes } from './routes.ts';
import { healthRoutes } from './routes/health.ts';
import { type ErrorCode, SentinelError } from '../model/errors.ts';
import type { Problem } from '../api/problem.ts';
import { requirePackage } from '../support/require-package.ts';

/** Lines in the log about requests that failed with the same code. */
const failuresPerSecond = 2;

const noCompiler = (): never => {
  throw new Error('a route has no schema of Fastify: `mount` checks what comes');
};
/** Else Fastify reads two compilers of schemas, and nothing asks them: 60 files. */
const noSchemas = { buildValidator: () => noCompiler, buildSerializer: () => noCompiler };

/**
 * The API, health and metrics. Ingest shares the port, but its requests never reach the framework. The port
 * is closed with the API.
 */
export async function createApi(context: ServerContext, port: Port): Promise<FastifyInstance> {
  const { config } = context;
  let answer: RequestListener | undefined;
  const app = requirePackage<typeof fastify>('fastify').fastify({
    logger: false,
    schemaController: { compilersFactory: noSchemas },
    bodyLimit: config.http.maxBodyBytes,
    // The port has its own (no-request.ts).
    clientErrorHandler: () => undefined,
    serverFactory: (handler) => {
      answer = handler;
      return port.server;
    },
  });
  const streams = createEventStreams();
  app.addHook('preClose', async () => {
    streams.endAll();
    await port.close();
  });
  // A browser sends text/plain for any page; the API takes JSON.
  app.removeContentTypeParser('text/plain');
  letIn(app, context);
  refuse(app, context);
  healthRoutes(app, context);
  if (config.role !== 'worker') await apiRoutes(app, context, streams);
  await app.ready();
  // Not before: a route that is asked while the others are being added throws, and nobody catches it.
  if (answer !== undefined) port.answerWith(answer);
  return app;
}

/** Every route says who may send it; one that does not can't be mounted. */
function letIn(app: FastifyInstance, { authorize, audit }: ServerContext): void {
  app.decorate('audit', audit);
  app.decorateRequest('actor');
  app.addHook('onRoute', ({ config: route, method, url }) => {
    if (route?.role === undefined) throw new Error(`${String(method)} ${url} does not say who may send it`);
  });
  app.addHook('onRequest', async (request, reply) => {
    // What is not there is not there for any key that may read.
    const { role = 'read' } = request.routeOptions.config;
    if (role === 'anyone') return;
    const actor = authorize(request.raw, { role });
    if (!actor.ok) return sendProblem(reply, actor.error);
    request.actor = actor.value;
  });
}

function refuse(app: FastifyInstance, { config, log }: ServerContext): void {
  // While NATS or the destination is away, an open console asks again and again.
  const lines = limitLog(log, failuresPerSecond);
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
}

const statusOfCode: Partial<Record<ErrorCode, Problem['status']>> = {
  query_refused: 422,
  query_failed: 422,
  not_found: 404,
  conflict: 409,
};

function titleOf(status: Problem['status']): string {
  if (status === 404) return 'Not found';
  return status >= 500 ? 'The service cannot answer now' : 'The request cannot be carried out';
}

/** What a client is told of an exception. */
function problemOf(error: unknown): Problem {
  if (error instanceof SentinelError) {
    const status = statusOfCode[error.code] ?? (error.retryable ? 503 : 500);
    return {
      status,
      code: error.code,
      title: titleOf(status),
      detail: error.message,
      retryAfter: status === 503 ? 1 : undefined,
    };
  }
  const { statusCode, message, code } = error as { statusCode?: number; message?: string; code?: string };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    const status = ([400, 413, 415] as const).find((known) => known === statusCode) ?? 400;
    return {
      status,
      code: code ?? 'bad_request',
      title: 'Bad request',
      detail:
        status === 415
          ? 'Send the body as JSON, with the header "Content-Type: application/json".'
          : (message ?? 'The request is malformed.'),
    };
  }
  return {
    status: 500,
    code: 'internal_error',
    title: 'Internal error',
    detail: 'The request failed in the service; its log says why.',
  };
}
