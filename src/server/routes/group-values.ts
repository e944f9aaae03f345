import type { FastifyInstance } from 'fastify';
import { groupValuesRoutes as table } from '../../api/routes/group-values.ts';
import { groupValues } from '../../dead-letter/group-values.ts';
import type { ServerContext } from '../context.ts';
import { createMasking } from '../masking.ts';
import { mount } from '../mount.ts';

export function groupValuesRoutes(app: FastifyInstance, context: ServerContext): void {
  const masking = createMasking(() => context.pipeline.contracts());
  mount(app, table, {
    'GET /api/v1/dead-letters/groups/{signature}/values': async ({ params: { signature }, query }) =>
      groupValues(context, { signature, ...query }, await masking()),
  });
}
