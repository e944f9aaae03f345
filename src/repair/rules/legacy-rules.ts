import * as z from 'zod';
import { type Result, fail, ok } from '../../model/result.ts';
import { parsePlan } from '../plans/parse-plan.ts';
import type { Operation, Plan } from '../../model/plan.ts';
import { pointerOf } from '../../model/pointer.ts';

const field = z.string().min(1).max(200);
const literal = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const ruleSchema = z.object({
  source_field: field,
  target_field: field,
  transformation_type: z.enum(['rename', 'cast_to_float', 'cast_to_int', 'map_value']),
  value_map: z.record(z.string(), literal).nullish(),
});

const storedSchema = z.union([
  z.object({ rules: z.array(ruleSchema).min(1).max(64) }),
  z.object({ field_mapping: z.record(field, field) }),
  ruleSchema,
]);

/**
 * Reads the original project's rules as a plan: one rule, a stored list of them, or the older `field_mapping`
 * (`{old: new}`). Fields may be dotted paths (`payload.total`).
 */
export function importLegacyRule(input: unknown): Result<Plan> {
  const parsed = storedSchema.safeParse(input);
  if (!parsed.success) return fail(z.prettifyError(parsed.error).slice(0, 500));
  const stored = parsed.data;
  if ('field_mapping' in stored) {
    const moves = Object.entries(stored.field_mapping).map(([from, to]): Operation => ({
      op: 'move',
      from: path(from),
      to: path(to),
    }));
    return parsePlan({ operations: moves });
  }
  const operations: Operation[] = [];
  for (const rule of 'rules' in stored ? stored.rules : [stored]) {
    const converted = convert(rule);
    if (!converted.ok) return converted;
    operations.push(...converted.value);
  }
  const plan = parsePlan({ operations });
  return plan.ok ? ok(plan.value) : plan;
}

function convert(rule: z.output<typeof ruleSchema>): Result<Operation[]> {
  const from = path(rule.source_field);
  const to = path(rule.target_field);
  const move: Operation[] = from === to ? [] : [{ op: 'move', from, to }];
  switch (rule.transformation_type) {
    case 'rename':
      return move.length === 0 ? fail(`the rule renames "${rule.source_field}" to itself`) : ok(move);
    case 'cast_to_float':
      return ok([...move, { op: 'cast', path: to, to: 'decimal' }]);
    case 'cast_to_int':
      return ok([...move, { op: 'cast', path: to, to: 'integer' }]);
    default:
      if (rule.value_map === undefined || rule.value_map === null)
        return fail('a rule of type map_value needs its value_map');
      return ok([...move, { op: 'map', path: to, values: rule.value_map }]);
  }
}

const path = (field: string): string => (field.startsWith('/') ? field : pointerOf(field.split('.')));
