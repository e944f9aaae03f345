import type { FastifyInstance } from 'fastify';
import { deadLetterContractRoutes as table } from '../../api/routes/dead-letter-contract.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { notFound, sendProblem } from '../replies.ts';

export function deadLetterContractRoutes(app: FastifyInstance, { letters }: ServerContext): void {
  mount(app, table, {
    async 'GET /api/v1/dead-letters/contract'({ query: { name, ...filter } }, reply) {
      // Loaded when somebody asks: most services are started without.
      const { inferContract } = await import('../../dead-letter/infer-contract.ts');
      const inferred = await inferContract(letters, filter, name);
      return inferred ?? sendProblem(reply, notFound('No open dead letters match these filters.'));
    },
  });
}
