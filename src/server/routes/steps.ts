import type { FastifyInstance, HTTPMethods } from 'fastify';
import type { Json } from '../../json.ts';
import type { ServerContext } from '../server.ts';

/** Mounts the `http` triggers of steps. Their handlers run in the pipeline's thread. */
export async function stepRoutes(app: FastifyInstance, { pipeline }: ServerContext): Promise<void> {
  for (const [index, { method, path }] of (await pipeline.routes()).entries()) {
    app.route({
      method: method as HTTPMethods,
      url: path,
      handler: async (request, reply) => {
        const answer = await pipeline.callRoute(index, {
          body: request.body as Json | undefined,
          query: request.query as Record<string, string>,
          headers: request.headers as Record<string, string>,
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
