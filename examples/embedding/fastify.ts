import Fastify, { type FastifyInstance } from 'fastify';
import type { EmbeddedSentinel } from 'data-sentinel';

/** An application in Fastify, with the service below `/sentinel`. */
export async function shopApp(sentinel: EmbeddedSentinel): Promise<FastifyInstance> {
  const app = Fastify();
  await app.register(sentinel.fastify, { prefix: '/sentinel' });
  app.get('/', () => ({ shop: 'open' }));
  app.post('/checkout', async (request, reply) => {
    // Durable when it resolves; the row follows.
    const [id] = await sentinel.ingest([request.body as object], { source: 'checkout' });
    return reply.code(202).send({ request_id: id });
  });
  return app;
}
