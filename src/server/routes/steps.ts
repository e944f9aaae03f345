import type { FastifyInstance } from 'fastify';
import type { Json } from '../../model/json.ts';
import type { Pipeline } from '../../runtime/pipeline-api.ts';
import type { ServerContext } from '../context.ts';

/** Mounts the `http` triggers of steps. Their handlers run in the pipeline's thread. */
export async function stepRoutes(app: FastifyInstance, { pipeline }: ServerContext): Promise<void> {
  const routes = await pipeline.routes();
  void app.register(async (scope) => {
    scope.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, text, done) =>
      done(null, text),
    );
    for (const route of routes) mountStep(scope, route, pipeline);
  });
}

function mountStep(
  app: FastifyInstance,
  route: Awaited<ReturnType<Pipeline['routes']>>[number],
  pipeline: Pipeline,
): void {
  app.route({
    method: route.method,
    url: route.path,
    config: { role: route.method === 'GET' ? 'read' : 'ingest' },
    handler: async (request, reply) => {
      const answer = await pipeline.callRoute(route, {
        body: request.body as Json | undefined,
        query: request.query as Record<string, string>,
        headers: request.headers,
        params: request.params as Record<string, string>,
      });
      return reply
        .code(answer.status)
        .headers(answer.headers ?? {})
        .send(answer.body);
    },
  });
}
