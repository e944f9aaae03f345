import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SentinelError } from '../../model/errors.ts';
import type { Pipeline } from '../../runtime/pipeline-api.ts';
import { routesWhenFree } from '../../runtime/routes-when-free.ts';
import type { ServerContext } from '../context.ts';
import { sendProblem } from '../replies.ts';
import { readStepBody } from '../step-body.ts';

type StepRoute = Awaited<ReturnType<Pipeline['routes']>>[number];

/** Mounts the `http` triggers of steps. Their handlers run in the pipeline's thread. */
export async function stepRoutes(app: FastifyInstance, context: ServerContext): Promise<void> {
  const routes = await routesWhenFree(context.pipeline);
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The handler reads the body: a signature is made over its bytes.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const route of routes) {
      refuseUnknownSource(route, context);
      mountStep(scope, route, context);
    }
  });
}

/** A name that is misspelt must not open a route that was meant to be verified. */
function refuseUnknownSource({ method, path, source }: StepRoute, { sources }: ServerContext): void {
  if (source === undefined || sources(source).known) return;
  throw new SentinelError(
    'step_invalid',
    `the step at ${method} ${path} names the source ${source}, which the settings do not have: add sources.${source}`,
  );
}

function mountStep(app: FastifyInstance, route: StepRoute, context: ServerContext): void {
  const { method, path, source } = route;
  const { config, ingest, pipeline } = context;

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { headers, raw } = request;
    const received = await ingest.receive(raw, source);
    if (!received.ok) return sendProblem(reply, received.error);
    const { wire, plain } = received.value;
    const body = readStepBody(plain, headers['content-type'], config.http);
    if (!body.ok) return sendProblem(reply, body.error);
    const answered = await pipeline.callRoute(route, {
      body: body.value,
      rawBody: wire.toString('base64'),
      query: request.query as Record<string, string>,
      headers,
      params: request.params as Record<string, string>,
    });
    return reply
      .code(answered.status)
      .headers(answered.headers ?? {})
      .send(answered.body);
  }

  app.route({
    method,
    url: path,
    // A source's own requests are let in by what the settings say of it.
    config: { role: source !== undefined ? 'anyone' : method === 'GET' ? 'read' : 'ingest' },
    handler: answer,
  });
}
