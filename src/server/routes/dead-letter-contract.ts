import type { FastifyInstance } from 'fastify';
import { deadLetterContractRoutes as table } from '../../api/routes/dead-letter-contract.ts';
import { inferContract } from '../../dead-letter/infer-contract.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { notFound, sendProblem } from '../replies.ts';

export function deadLetterContractRoutes(app: FastifyInstance, { letters }: ServerContext): void {
  mount(app, table, {
    async 'GET /api/v1/dead-letters/contract'({ query: { name, ...filter } }, reply) {
      const inferred = await inferContract(letters, filter, name);
      return inferred ?? sendProblem(reply, notFound('No open dead letters match these filters.'));
    },
  });
}
