import type { FastifyInstance } from 'fastify';
import type { ReplyOf } from '../../api/route.ts';
import { repairRoutes as table } from '../../api/routes/repairs.ts';
import type { Json } from '../../model/json.ts';
import { maskedChanges } from '../masked-changes.ts';
import { type MaskOf, createMasking } from '../masking.ts';
import type { RepairEntry, RepairFilter, RepairPageOptions } from '../../load/repair-audit.ts';
import { readRollback } from '../../repair/rules/rollback-record.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { notFound, sendProblem } from '../replies.ts';
import { unknownRule } from './rules.ts';

type RepairInfo = ReplyOf<(typeof table)['GET /api/v1/repairs']>['items'][number];

const sampleSize = 10;
const mostWithChanges = 100;

/** What was repaired, by which rule, and the way back. */
export function repairRoutes(app: FastifyInstance, { pipeline, engine, rules }: ServerContext): void {
  const masking = createMasking(() => pipeline.contracts());

  async function list(filter: RepairFilter, page: RepairPageOptions) {
    const [{ items, next }, maskOf] = await Promise.all([pipeline.repairs(filter, page), masking()]);
    return { items: items.map((entry) => present(entry, maskOf)), next: next ?? null };
  }

  /** The rule may be long gone; what it did is on record. */
  async function touchedBy(id: string) {
    const touched = await pipeline.touchedByRule(id);
    const isKnown = touched.repairs + touched.rolledBack > 0 || (await rules.get(id)) !== undefined;
    return isKnown ? touched : undefined;
  }

  mount(app, table, {
    'GET /api/v1/repairs': ({ query: { rule_id: ruleId, healer, contract, source, ...page } }) =>
      list({ ruleId, healer, contract, source }, page),

    async 'GET /api/v1/rules/{id}/events'({ params: { id }, query }, reply) {
      const touched = await touchedBy(id);
      if (touched === undefined) return unknownRule(reply, id);
      const doubt = (await rules.get(id))?.doubt;
      const { in_doubt, changes, ...page } = query;
      const limit = changes === 'true' ? Math.min(page.limit, mostWithChanges) : page.limit;
      const all = await list({ ruleId: id }, { ...page, limit, events: changes === 'true' });
      return {
        rule_id: id,
        ...(doubt === undefined ? undefined : { doubt }),
        total: touched.repairs,
        rolled_back: touched.rolledBack,
        duplicates: touched.duplicates,
        ...(in_doubt === 'true' ? inDoubt(all, doubt?.since) : all),
      };
    },

    async 'POST /api/v1/rules/{id}/rollback'({ params: { id }, body: { reason, dry_run } }, reply) {
      const { id: actorId, name } = reply.request.actor;
      if (!dry_run) return pipeline.rollBack(id, reason, { id: actorId, name });
      const touched = await touchedBy(id);
      if (touched === undefined) return unknownRule(reply, id);
      const { items } = await list({ ruleId: id }, { limit: sampleSize });
      const samples = items.filter((item) => item.rolled_back_at === null);
      void reply.code(200);
      return {
        rule_id: id,
        dry_run: true as const,
        total: touched.repairs,
        duplicates: touched.duplicates,
        samples,
      };
    },

    'GET /api/v1/rules/{id}/rollback': async ({ params: { id } }, reply) =>
      (await readRollback(engine.state, id)) ??
      sendProblem(reply, notFound(`Rule "${id.slice(0, 64)}" is not rolled back.`)),
  });
}

/** The newest come first, so that after an older one there are no more. */
function inDoubt({ items, next }: { items: RepairInfo[]; next: string | null }, since: string | undefined) {
  if (since === undefined) return { items: [], next: null };
  const later = items.filter(({ repaired_at: at }) => Date.parse(at) >= Date.parse(since));
  return {
    items: later.filter((item) => item.rolled_back_at === null),
    next: later.length < items.length ? null : next,
  };
}

function present(entry: RepairEntry, maskOf: MaskOf): RepairInfo {
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
    changes: entry.events && maskedChanges(entry, entry.events, maskOf(entry)),
  };
}
