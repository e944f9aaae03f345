import type { FastifyInstance, FastifyReply } from 'fastify';
import * as z from 'zod';
import { ruleStatuses } from '../../model/rule.ts';
import { parseWith } from '../parse.ts';
import type { ServerContext } from '../context.ts';
import { notFound, sendProblem } from '../replies.ts';

const filterSchema = z.strictObject({
  contract: z.string().optional(),
  source: z.string().optional(),
  status: z.enum(ruleStatuses).optional(),
});

type ById = { Params: { id: string } };

export function ruleRoutes(app: FastifyInstance, { rules }: ServerContext): void {
  app.get('/api/v1/rules', async (request, reply) => {
    const filter = parseWith(filterSchema, request.query);
    if (!filter.ok) return sendProblem(reply, filter.error);
    const { contract, source, status } = filter.value;
    const items = (await rules.list()).filter(
      (rule) =>
        (contract === undefined || rule.contract === contract) &&
        (source === undefined || rule.source === source) &&
        (status === undefined || rule.status === status),
    );
    return { items };
  });

  app.get('/api/v1/rules/export', () => rules.exportRules());
  app.post('/api/v1/rules/import', async (request) => rules.importRules(request.body));

  app.get<ById>('/api/v1/rules/:id', async (request, reply) =>
    orUnknown(reply, request.params.id, await rules.get(request.params.id)),
  );
  app.post<ById>('/api/v1/rules/:id/approve', async (request, reply) =>
    orUnknown(reply, request.params.id, await rules.approve(request.params.id)),
  );
  app.post<ById>('/api/v1/rules/:id/disable', async (request, reply) =>
    orUnknown(reply, request.params.id, await rules.disable(request.params.id)),
  );
  app.delete<ById>('/api/v1/rules/:id', async (request, reply) => {
    if ((await rules.get(request.params.id)) === undefined)
      return orUnknown(reply, request.params.id, undefined);
    await rules.delete(request.params.id);
    return reply.code(204).send();
  });
}

function orUnknown<T>(reply: FastifyReply, id: string, rule: T | undefined): T | FastifyReply {
  return rule ?? sendProblem(reply, notFound(`There is no rule "${id.slice(0, 64)}".`));
}
