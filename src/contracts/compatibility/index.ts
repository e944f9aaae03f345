import type { Contract } from '../contract.ts';
import { fieldOf } from '../mapping.ts';
import { typeName } from '../tables.ts';
import { breaksBetween } from './breaks.ts';

/** backward: events of the old version are accepted by the new one; forward: the other way round; full: both. */
export type Mode = 'backward' | 'forward' | 'full';
export const modes: readonly Mode[] = ['backward', 'forward', 'full'];

export interface Finding {
  path: string;
  /** Which way it breaks; `table` breaks in every mode. */
  breaks: 'backward' | 'forward' | 'table';
  reason: string;
}

/** What breaks between two versions of a contract, as the validator and the destination would see it. */
export function findingsBetween(before: Contract, after: Contract): Finding[] {
  return [
    ...tableFindings(before, after),
    ...policyFindings(before, after),
    ...codeFindings(before, after, 'backward'),
    ...codeFindings(after, before, 'forward'),
    ...breaksBetween(before.jsonSchema, after.jsonSchema).map(({ path, reason }) => ({
      path,
      breaks: 'backward' as const,
      reason,
    })),
    ...breaksBetween(after.jsonSchema, before.jsonSchema).map(({ path, reason }) => ({
      path,
      breaks: 'forward' as const,
      reason,
    })),
  ];
}

/** Policies that refuse what a schema alone would take. */
function policyFindings(before: Contract, after: Contract): Finding[] {
  const byPolicy = ({ undeclared }: Contract): boolean => undeclared !== 'keep';
  const refuses = (contract: Contract): boolean => byPolicy(contract) || !contract.open;
  const reason = 'undeclared fields are refused';
  if (byPolicy(after) && !refuses(before)) return [{ path: '', breaks: 'backward', reason }];
  return byPolicy(before) && !refuses(after) ? [{ path: '', breaks: 'forward', reason }] : [];
}

/** Checks and transforms in code that only one of them has. */
function codeFindings(before: Contract, after: Contract, breaks: 'backward' | 'forward'): Finding[] {
  const known = new Set((before.ownCode?.sources ?? []).map(({ at, text }) => `${at} ${text}`));
  const added = (after.ownCode?.sources ?? []).filter(({ at, text }) => !known.has(`${at} ${text}`));
  const reason = `a check or transform in code is new or another, and what it lets through can't be compared`;
  return [...new Set(added.map(({ at }) => at))].map((path) => ({ path, breaks, reason }));
}

export const isBroken = ({ breaks }: Finding, mode: Mode): boolean =>
  breaks === 'table' || mode === 'full' || breaks === mode;

/** All versions of a contract share one table; contracts of two names have a table each. */
function tableFindings(before: Contract, after: Contract): Finding[] {
  if (before.name !== after.name) return [];
  const findings: Finding[] = [];
  const add = (path: string, reason: string) => findings.push({ path, breaks: 'table', reason });
  if (before.table !== after.table) add('', `its table was ${before.table}, and is ${after.table}`);
  const [oldKey, newKey] = [before.key.join(' '), after.key.join(' ')];
  if (oldKey !== newKey) add('', `its key was ${oldKey}, and is ${newKey}`);
  for (const part of ['onRepeat', 'orderBy'] as const)
    if (before[part] !== after[part])
      add('', `its \`${part}\` was ${before[part] ?? 'not set'}, and is ${after[part] ?? 'not set'}`);
  const types = new Map(before.columns.map(({ name, type }) => [name, typeName(type)]));
  for (const column of after.columns) {
    const [was, is] = [types.get(column.name), typeName(column.type)];
    if (was !== undefined && was !== is)
      add(fieldOf(column), `its column was ${was}, and would be ${is}: take another name, or the same type`);
  }
  return findings;
}
