import * as z from 'zod';
import { type Result, fail, ok } from '../../model/result.ts';
import { type Plan, castTypes } from '../../model/plan.ts';
import { segmentsOf } from '../../model/pointer.ts';

export const planLimits = {
  operations: 64,
  pointerLength: 256,
  segments: 16,
  parts: 16,
  mapEntries: 256,
  separatorLength: 8,
} as const;

const forbiddenSegments = new Set(['__proto__', 'constructor', 'prototype']);

const pointer = z
  .string()
  .max(planLimits.pointerLength)
  .regex(/^(\/([^~/]|~[01])*)+$/, 'is not a JSON Pointer to a field')
  .refine(
    (text) => text.split('/').length - 1 <= planLimits.segments,
    `has more than ${planLimits.segments} segments`,
  )
  .refine((text) => !segmentsOf(text).some((segment) => forbiddenSegments.has(segment)), 'names a prototype');
const parts = z.array(pointer).min(2).max(planLimits.parts);
const separator = z.string().min(1).max(planLimits.separatorLength);
/** Between the elements of a list: signs, as letters and digits are what it lists. */
const listSeparator = separator.regex(/^[^\p{L}\p{N}]+$/u, 'holds letters or digits');
const literal = z.union([z.string().max(256), z.number(), z.boolean(), z.null()]);
const values = z
  .record(z.string().max(256), literal)
  .refine((record) => Object.keys(record).length >= 1, 'has no entry')
  .refine(
    (record) => Object.keys(record).length <= planLimits.mapEntries,
    `has more than ${planLimits.mapEntries} entries`,
  );

const inPlace = (['parse', 'wrap', 'unwrap', 'trim', 'upper', 'lower'] as const).map((op) =>
  z.strictObject({ op: z.literal(op), path: pointer }),
);

const operation = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('move'), from: pointer, to: pointer }),
  z.strictObject({ op: z.literal('copy'), from: pointer, to: pointer }),
  z.strictObject({ op: z.literal('remove'), path: pointer }),
  z.strictObject({
    op: z.literal('cast'),
    path: pointer,
    to: z.enum(castTypes),
    format: z.string().max(40).optional(),
    zone_from: pointer.optional(),
  }),
  z.strictObject({ op: z.literal('split'), from: pointer, separator, to: parts }),
  z.strictObject({ op: z.literal('split_unit'), from: pointer, number: pointer, unit: pointer }),
  z.strictObject({
    op: z.literal('join'),
    from: parts,
    separator: z.string().max(planLimits.separatorLength),
    to: pointer,
  }),
  z.strictObject({ op: z.literal('map'), path: pointer, values }),
  ...(['list', 'unlist'] as const).map((op) =>
    z.strictObject({ op: z.literal(op), path: pointer, separator: listSeparator }),
  ),
  ...inPlace,
]);

const planSchema = z.strictObject({ operations: z.array(operation).min(1).max(planLimits.operations) });
const refusalSchema = z.strictObject({ reason: z.string().min(1) });

/** Reads a plan of any origin; the error names the operation and the field. */
export function parsePlan(input: unknown): Result<Plan> {
  const parsed = planSchema.safeParse(input);
  if (parsed.success) return ok(JSON.parse(JSON.stringify(parsed.data)) as Plan);
  const issue = parsed.error.issues[0]!;
  const where = issue.path.length === 0 ? 'the plan' : issue.path.map(String).join('.');
  return fail(`${where}: ${issue.message}`.slice(0, 300));
}

export type Answer =
  { kind: 'plan'; plan: Plan } | { kind: 'refused'; reason: string } | { kind: 'invalid'; reason: string };

/** Reads a healer's answer: a plan, or a refusal with its reason. */
export function parseAnswer(input: unknown): Answer {
  const refusal = refusalSchema.safeParse(input);
  if (refusal.success) return { kind: 'refused', reason: refusal.data.reason.slice(0, 500) };
  const plan = parsePlan(input);
  return plan.ok ? { kind: 'plan', plan: plan.value } : { kind: 'invalid', reason: plan.error };
}
