import { z } from 'zod';
import type { Contract } from '../../contracts/contract.ts';
import { isObject } from '../../model/json.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import { maxBeside } from './rivals.ts';
import { isLegacyRule, parseLegacy } from './import-legacy.ts';
import { parsePlan } from '../plans/parse-plan.ts';
import { type StoredRule, ruleId } from '../../model/rule.ts';
import { checkPlan } from '../plans/static-check.ts';
import { changeOfMeaningIn } from '../plans/meaning/index.ts';

const text = (max: number) => z.string().min(1).max(max);

/** Which events the rules of the original's format are for: those rules do not say it themselves. */
const legacyTarget = z.object({ contract: text(200), version: text(64), source: text(200) });
export type LegacyTarget = z.infer<typeof legacyTarget>;

/** The result of each entry, by its position in the file. */
export interface ImportReport {
  /** Ids of the rules. */
  imported: string[];
  refused: { position: number; reason: string }[];
}

export interface ImportContext {
  now: number;
  ttlMs: number;
  contracts: { get(name: string, version: string): Contract | undefined } | undefined;
}

export interface ParsedImport {
  rules: { position: number; rule: StoredRule }[];
  refused: ImportReport['refused'];
}

const maxRules = 10_000;
/** The part of an exported rule that another installation can use; the rest is made anew. */
const exportedRule = z.object({
  contract: text(200),
  version: text(64),
  source: text(200),
  signature: text(64),
  match: z.object({
    violations: text(20_000),
    inputs: z
      .array(
        z.object({
          path: text(256),
          type: z.enum(['string', 'number', 'integer', 'boolean', 'null', 'object', 'array']),
          parts: z
            .object({ separator: text(64).min(1), forms: z.array(text(500)).min(1).max(32) })
            .optional(),
        }),
      )
      .max(256),
    beside: z.array(text(256)).max(maxBeside).optional(),
  }),
  plan: z.unknown(),
  status: z.enum(['candidate', 'active', 'disabled', 'expired']),
  evidence: z.array(z.string().max(500)).max(20).default([]),
  model: text(200).optional(),
});

/**
 * Reads a file of rules: a list, or `{"rules": […]}`, of exported rules or of the original's; the latter need
 * `contract`, `version` and `source` beside `rules`. A bad entry is refused with its reason and does not disturb the
 * others. Plans are checked here against the contracts that are known, and again by every thread that applies them.
 */
export function parseRules(json: unknown, context: ImportContext): ParsedImport {
  const parsed: ParsedImport = { rules: [], refused: [] };
  const target = legacyTarget.safeParse(json).data;
  for (const [position, entry] of entriesOf(json).entries()) {
    const rules = isLegacyRule(entry) ? fromLegacy(entry, target, context) : fromExport(entry, context);
    if (!rules.ok) parsed.refused.push({ position, reason: rules.error });
    else for (const rule of rules.value) parsed.rules.push({ position, rule });
  }
  return parsed;
}

function entriesOf(json: unknown): unknown[] {
  const isWrapper = isObject(json) && !isLegacyRule(json) && Array.isArray(json['rules']);
  const entries: unknown[] = isWrapper ? (json['rules'] as unknown[]) : Array.isArray(json) ? json : [json];
  return entries.slice(0, maxRules);
}

function fromExport(entry: unknown, context: ImportContext): Result<StoredRule[]> {
  const shape = exportedRule.safeParse(entry);
  if (!shape.success) {
    const issue = shape.error.issues[0];
    return fail(`not a rule: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown shape'}`);
  }
  const { plan: unchecked, model, status, ...known } = shape.data;
  if (status === 'expired') return fail('the rule has expired');
  const plan = permittedPlan(unchecked, known, context);
  if (!plan.ok) return plan;
  const contract = context.contracts?.get(known.contract, known.version);
  const change = contract === undefined ? undefined : changeOfMeaningIn(plan.value, contract);
  return ok([
    {
      ...known,
      ...reviewed(status, known.evidence, change),
      id: ruleId({ ...known, plan: plan.value }),
      plan: plan.value,
      ...(status === 'disabled' ? { disabled_by: 'person' as const } : undefined),
      ...(model === undefined ? undefined : { model }),
      origin: 'import',
      ...term(context),
    },
  ]);
}

/** What a name speaks against may be somebody's decision elsewhere, but somebody must take it here, too. */
function reviewed(
  status: StoredRule['status'],
  evidence: string[],
  change: string | undefined,
): Pick<StoredRule, 'status' | 'evidence'> {
  if (change === undefined || status !== 'active') return { status, evidence };
  return { status: 'candidate', evidence: [...evidence, `but ${change}`.slice(0, 500)].slice(-20) };
}

function fromLegacy(
  entry: unknown,
  target: LegacyTarget | undefined,
  context: ImportContext,
): Result<StoredRule[]> {
  if (target === undefined)
    return fail(
      'a rule of the older format does not say which events it is for: put contract, version and source beside "rules"',
    );
  const contract = context.contracts?.get(target.contract, target.version);
  const parsed = parseLegacy(entry, { closed: contract?.open === false });
  if (!parsed.ok) return parsed;
  const plan = permittedPlan(parsed.value.plan, target, context);
  if (!plan.ok) return plan;
  return ok(
    parsed.value.matches.map((match) => {
      const identity = { ...target, match, plan: plan.value };
      const id = ruleId(identity);
      return {
        id,
        ...identity,
        signature: id,
        status: 'active',
        origin: 'import',
        evidence: ['imported from a rule of the older format'],
        ...term(context),
      };
    }),
  );
}

function permittedPlan(
  plan: unknown,
  target: LegacyTarget,
  context: ImportContext,
): ReturnType<typeof parsePlan> {
  const parsed = parsePlan(plan);
  if (!parsed.ok || context.contracts === undefined) return parsed;
  const contract = context.contracts.get(target.contract, target.version);
  if (contract === undefined) return fail(`there is no contract ${target.contract} ${target.version}`);
  const forbidden = checkPlan(parsed.value, contract);
  return forbidden === undefined ? parsed : fail(forbidden);
}

function term({ now, ttlMs }: ImportContext): Pick<StoredRule, 'created_at' | 'expires_at'> {
  return { created_at: new Date(now).toISOString(), expires_at: new Date(now + ttlMs).toISOString() };
}
