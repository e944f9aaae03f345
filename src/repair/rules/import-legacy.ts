import { isObject, type JsonType } from '../../model/json.ts';
import { type Result, ok } from '../../model/result.ts';
import { violationsKey } from '../../validate/signature.ts';
import type { Violation, ViolationCode } from '../../model/violation.ts';
import { inputsOf } from '../plans/interpreter.ts';
import { importLegacyRule } from './legacy-rules.ts';
import type { Plan } from '../../model/plan.ts';
import type { RuleMatch } from '../../model/rule.ts';

/** True for a rule in the original's words (legacy-rules.ts). */
export function isLegacyRule(entry: unknown): boolean {
  if (!isObject(entry)) return false;
  if ('source_field' in entry || 'field_mapping' in entry) return true;
  const { rules } = entry;
  return Array.isArray(rules) && isObject(rules[0]) && 'source_field' in rules[0];
}

/**
 * The plan of such a rule, and the events it must have been made for: those whose violations it mends. The types of
 * its inputs were never written down, so any will do.
 */
export function parseLegacy(
  entry: unknown,
  contract: { closed: boolean },
): Result<{ plan: Plan; matches: RuleMatch[] }> {
  const plan = importLegacyRule(entry);
  if (!plan.ok) return plan;
  const inputs = inputsOf(plan.value).flatMap((path) => anyType.map((type) => ({ path, type })));
  // A value that does not cast is a wrong type to one kind of contract field, and a bad format to another.
  const keys = new Set(
    (['type', 'format'] as const).map((castCode) => violationsKey(mended(plan.value, castCode, contract))),
  );
  return ok({ plan: plan.value, matches: [...keys].map((violations) => ({ violations, inputs })) });
}

const anyType: readonly JsonType[] = ['string', 'number', 'boolean', 'null', 'object', 'array'];

function mended(plan: Plan, castCode: ViolationCode, { closed }: { closed: boolean }): Violation[] {
  const found: Violation[] = [];
  const absent = new Set<string>();
  const violation = (path: string, code: ViolationCode): void => {
    found.push({ path, code, message: '', expected: '', found: 'missing' });
  };
  for (const operation of plan.operations) {
    if (operation.op === 'move') {
      absent.add(operation.to);
      violation(operation.to, 'required');
      if (closed) violation(operation.from, 'undeclared');
    } else if (operation.op === 'cast' && !absent.has(operation.path)) violation(operation.path, castCode);
    else if (operation.op === 'map' && !absent.has(operation.path)) violation(operation.path, 'enum');
  }
  return found;
}
