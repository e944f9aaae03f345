import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { HealerName } from '../../model/event.ts';
import type { Json } from '../../model/json.ts';
import type { RepairEntry, RepairFilter } from '../../load/repair-audit.ts';
import { readRollback } from '../../repair/rules/rollback-record.ts';
import { parseWith } from '../parse.ts';
import type { ServerContext } from '../context.ts';
import { notFound, sendProblem } from '../replies.ts';

const healers = ['rule', 'heuristics', 'llm', 'person'] as const satisfies readonly HealerName[];

const pageFields = {
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(100).optional(),
};
const listSchema = z.strictObject({
  rule_id: z.string().max(100).optional(),
  healer: z.enum(healers).optional(),
  contract: z.string().max(200).optional(),
  source: z.string().max(200).optional(),
  ...pageFields,
});
const pageSchema = z.strictObject(pageFields);
const rollbackSchema = z
  .strictObject({ reason: z.string().trim().max(1000).default(''), dry_run: z.boolean().default(false) })
  .default({ reason: '', dry_run: false });

/** What the API says of one repair; the event itself, before and after, is at `/api/v1/events/{request_id}`. */
export interface RepairInfo {
  request_id: string;
  table: string;
  contract: string;
  version: string;
  source: string;
  healer: HealerName;
  rule_id: string | null;
  plan: Json;
  /** Pointers of values that a person entered by hand. */
  by_hand: readonly string[];
  /** ISO 8601 times. */
  repaired_at: string;
  rolled_back_at: string | null;
}

type ById = { Params: { id: string } };

const sampleSize = 10;

/** What was repaired, by which rule, and the way back. */
export function repairRoutes(app: FastifyInstance, { pipeline, engine, rules }: ServerContext): void {
  async function list(
    filter: RepairFilter,
    { limit, cursor }: { limit: number; cursor?: string | undefined },
  ) {
    const page = await pipeline.repairs(filter, {
      limit,
      ...(cursor === undefined ? undefined : { cursor }),
    });
    return { items: page.items.map(present), next: page.next ?? null };
  }

  /** The rule may be long gone; what it did is on record. */
  async function touchedBy(id: string) {
    const touched = await pipeline.touchedByRule(id);
    const isKnown = touched.repairs + touched.rolledBack > 0 || (await rules.get(id)) !== undefined;
    return isKnown ? touched : undefined;
  }

  const unknownRule = (id: string) => notFound(`There is no rule "${id.slice(0, 64)}".`);

  app.get('/api/v1/repairs', async (request, reply) => {
    const query = parseWith(listSchema, request.query);
    if (!query.ok) return sendProblem(reply, query.error);
    const { rule_id: ruleId, healer, contract, source, ...page } = query.value;
    return list(
      {
        ...(ruleId === undefined ? undefined : { ruleId }),
        ...(healer === undefined ? undefined : { healer }),
        ...(contract === undefined ? undefined : { contract }),
        ...(source === undefined ? undefined : { source }),
      },
      page,
    );
  });

  app.get<ById>('/api/v1/rules/:id/events', async (request, reply) => {
    const query = parseWith(pageSchema, request.query);
    if (!query.ok) return sendProblem(reply, query.error);
    const { id } = request.params;
    const touched = await touchedBy(id);
    if (touched === undefined) return sendProblem(reply, unknownRule(id));
    return {
      rule_id: id,
      total: touched.repairs,
      rolled_back: touched.rolledBack,
      duplicates: touched.duplicates,
      ...(await list({ ruleId: id }, query.value)),
    };
  });

  app.post<ById>('/api/v1/rules/:id/rollback', async (request, reply) => {
    const body = parseWith(rollbackSchema, request.body ?? undefined);
    if (!body.ok) return sendProblem(reply, body.error);
    const { id } = request.params;
    const { reason, dry_run } = body.value;
    if (!dry_run) return reply.code(202).send(await pipeline.rollBack(id, reason));
    const touched = await touchedBy(id);
    if (touched === undefined) return sendProblem(reply, unknownRule(id));
    const { items } = await list({ ruleId: id }, { limit: sampleSize });
    const samples = items.filter((item) => item.rolled_back_at === null);
    return { rule_id: id, dry_run: true, total: touched.repairs, duplicates: touched.duplicates, samples };
  });

  app.get<ById>('/api/v1/rules/:id/rollback', async (request, reply) => {
    const { id } = request.params;
    const record = await readRollback(engine.state, id);
    return record ?? sendProblem(reply, notFound(`Rule "${id.slice(0, 64)}" is not rolled back.`));
  });
}

function present(entry: RepairEntry): RepairInfo {
  const { requestId, table, contract, version, source, healer, ruleId, plan, byHand } = entry;
  return {
    request_id: requestId,
    table,
    contract,
    version,
    source,
    healer,
    rule_id: ruleId ?? null,
    plan: JSON.parse(plan) as Json,
    by_hand: byHand ?? [],
    repaired_at: entry.repairedAt,
    rolled_back_at: entry.rolledBackAt ?? null,
  };
}
