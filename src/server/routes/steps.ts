import type { FastifyInstance } from 'fastify';
import type { Json } from '../../model/json.ts';
import type { ServerContext } from '../context.ts';

/** Mounts the `http` triggers of steps. Their handlers run in the pipeline's thread. */
export async function stepRoutes(app: FastifyInstance, { pipeline }: ServerContext): Promise<void> {
  for (const route of await pipeline.routes()) {
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
}
