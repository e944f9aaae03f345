import type { FastifyInstance } from 'fastify';
import type { ServerContext } from '../context.ts';

export function contractRoutes(app: FastifyInstance, { pipeline }: ServerContext): void {
  app.get('/api/v1/contracts', async () => ({ items: await pipeline.contracts() }));
  app.get('/api/v1/flow', () => pipeline.flow());
}
