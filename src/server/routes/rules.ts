import type { FastifyInstance, FastifyReply } from 'fastify';
import { ruleRoutes as table } from '../../api/routes/rules.ts';
import type { Rule } from '../../model/rule.ts';
import { waitingFor } from '../../repair/healing/waiting.ts';
import { changesOf } from '../../repair/plans/changes.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { notFound, sendProblem } from '../replies.ts';

export function ruleRoutes(app: FastifyInstance, { rules, engine }: ServerContext): void {
  mount(app, table, {
    async 'GET /api/v1/rules'({ query: { limit, cursor, sort, ...filter } }) {
      const placeOf = placesBy[sort];
      const sorted = (await rules.list(filter)).toSorted((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
      const following = sorted.filter((rule) => cursor === undefined || placeOf(rule) < cursor);
      const items = following.slice(0, limit);
      return { items, next: following.length > limit ? placeOf(items.at(-1)!) : null };
    },
    'GET /api/v1/rules/export': () => rules.exportRules(),
    'POST /api/v1/rules/import': ({ body }) => rules.importRules(body),
    'GET /api/v1/rules/{id}': async ({ params: { id } }, reply) => orUnknown(reply, id, await rules.get(id)),
    async 'GET /api/v1/rules/{id}/review'({ params: { id } }, reply) {
      const rule = await rules.get(id);
      if (rule === undefined) return unknownRule(reply, id);
      const { count, samples } = await waitingFor(engine.state, id);
      const isRisk = (line: string) => /^(risk: |but )/.test(line);
      return {
        rule_id: id,
        waiting: rule.status === 'candidate' ? count : 0,
        reasons: rule.evidence.filter((line) => !isRisk(line)),
        risks: rule.evidence.filter(isRisk).map((line) => line.replace(/^risk: /, '')),
        samples: samples.map((sample) => ({
          ...sample,
          changes: changesOf(sample.before, rule.plan, sample.after),
        })),
      };
    },
    'POST /api/v1/rules/{id}/approve': async ({ params: { id } }, reply) =>
      orUnknown(reply, id, await rules.approve(id)),
    'POST /api/v1/rules/{id}/disable': async ({ params: { id } }, reply) =>
      orUnknown(reply, id, await rules.disable(id)),
    async 'DELETE /api/v1/rules/{id}'({ params: { id } }, reply) {
      if ((await rules.get(id)) === undefined) return unknownRule(reply, id);
      await rules.delete(id);
      return undefined;
    },
  });
}

const byTime = ({ created_at, id }: Rule): string => `${created_at}_${id}`;
const padded = (count: number): string => String(count).padStart(15, '0');

/** Where a rule stands in a list, as a text; the greatest comes first. */
const placesBy = {
  newest: byTime,
  hits: (rule: Rule) => `${padded(rule.hits)}_${byTime(rule)}`,
  failures: (rule: Rule) => `${padded(rule.failures)}_${byTime(rule)}`,
  doubts: (rule: Rule) => `${rule.doubt?.since ?? '0'}_${byTime(rule)}`,
};

function orUnknown<T>(reply: FastifyReply, id: string, rule: T | undefined): T | FastifyReply {
  return rule ?? unknownRule(reply, id);
}

export function unknownRule(reply: FastifyReply, id: string): FastifyReply {
  return sendProblem(reply, notFound(`There is no rule "${id.slice(0, 64)}".`));
}
