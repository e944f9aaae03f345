import { SentinelError } from '../model/errors.ts';
import { type JsonObject, cloneJson } from '../model/json.ts';
import type { Operation } from '../model/plan.ts';
import { segmentsOf } from '../model/pointer.ts';
import { compilePlan, inputsOf } from '../repair/plans/interpreter.ts';
import { parsePlan } from '../repair/plans/parse-plan.ts';
import { isDeclared } from '../repair/plans/schema-paths.ts';
import { checkPlan } from '../repair/plans/static-check.ts';
import { pathsOf } from '../repair/plans/operation-paths.ts';
import type { Contract, Upgrade, Validation } from './contract.ts';
import { brokenContract } from './fence.ts';
import { compareVersions, formatVersion, parseVersion } from './versions.ts';

/** What a contract's author writes: which older version's events become events of this one, and how. */
export interface GivenUpgrade {
  /** `major[.minor[.patch]]` */
  from: string;
  /** In the language of repairs; see docs/healing.md. */
  operations: readonly Operation[];
}

type Named = Pick<Contract, 'name' | 'version' | 'jsonSchema'>;

/** Checks an upgrade as each plan is checked before it is used. Throws `contract_invalid`. */
export function readUpgrade(given: GivenUpgrade | undefined, contract: Named): Upgrade | undefined {
  if (given === undefined) return undefined;
  const { name, version, jsonSchema } = contract;
  const from = parseVersion(given.from);
  if (from === undefined || compareVersions(from, parseVersion(version)!) >= 0)
    throw invalid(name, `\`upgrade.from\` must be a version before ${version}, like "1.0.0"`);
  const plan = parsePlan({ operations: given.operations });
  if (!plan.ok) throw invalid(name, `\`upgrade\`: ${plan.error}`);
  const forbidden = checkPlan(plan.value, { jsonSchema });
  if (forbidden !== undefined) throw invalid(name, `\`upgrade\`: ${forbidden}`);
  return { from: formatVersion(from), plan: plan.value };
}

/**
 * An older version whose events become those of a newer one: they are judged by the older, moved by the plan, and judged by the
 * newer, which has the columns. What the newer does not accept is the plan's fault, and waits for a person. Throws
 * `contract_invalid` when the plan reads what the older one does not declare.
 */
export function upgraded(old: Contract, next: Contract): Contract {
  const { plan } = next.upgrade!;
  const unknown = inputsOf(plan).find((path) => !isDeclared(old.jsonSchema, segmentsOf(path)));
  if (unknown !== undefined)
    throw invalid(
      old.name,
      `\`upgrade\` of version ${next.version} reads ${unknown}, which version ${old.version} does not declare`,
    );
  const compiled = compilePlan(plan, {
    isDeclared: (pointer) => isDeclared(next.jsonSchema, segmentsOf(pointer)),
  });
  // Each place of the plan is to be changed, whether the newer contract would take it as it is or not.
  const places = new Set(
    plan.operations.flatMap((operation) => {
      const { reads, writes } = pathsOf(operation);
      return [...reads, ...writes];
    }),
  );
  const { key, table, columns, onRepeat, orderBy, undeclared, pii } = next;
  return {
    ...old,
    key,
    table,
    columns,
    onRepeat,
    orderBy,
    undeclared,
    pii: [...new Set([...old.pii, ...pii])],
    rewrites: true,
    validate(event): Validation {
      const judged = old.validate(event);
      if (!judged.ok) return judged;
      const moved = compiled.apply(cloneJson(judged.value), places);
      if (!moved.ok)
        return failed(old, next, event, `operation ${moved.error.operation}: ${moved.error.reason}`);
      const validation = next.validate(moved.value);
      if (validation.ok) return { ok: true, value: validation.value, changed: validation.value };
      const [first] = validation.violations;
      return failed(old, next, event, first?.message ?? 'it is not accepted');
    },
  };
}

function failed(old: Contract, next: Contract, event: JsonObject, why: string): Validation {
  const what = `can't make an event of version ${next.version} of it (${why})`;
  return { ok: false, violations: [brokenContract('contract_failed', old, event, [], what)] };
}

function invalid(contract: string, problem: string): SentinelError {
  return new SentinelError('contract_invalid', `contract ${contract}: ${problem}`);
}
