import type { Contract } from '../../contracts/contract.ts';
import type { StateStore } from '../../engine/engine.ts';
import { SentinelError } from '../../model/errors.ts';
import { refusalWrite, turnedDownWrite } from '../healing/refusals.ts';
import { endOfRollback, readRollback } from './rollback-record.ts';
import { type ImportReport, parseRules } from './import.ts';
import type { RuleIndex } from './index-by-sender.ts';
import type { RuleRecords } from './records.ts';
import type { RuleUseCounter } from './uses.ts';
import type { RuleWrites } from './writes.ts';
import { type Rule, type StoredRule, statusAt } from '../../model/rule.ts';

/** What people decide about rules. */
export interface RuleDecisions {
  /**
   * Activates a candidate, disabled or expired rule, for good. `not_found`; `conflict` with an active rule, or while
   * the rule is rolled back.
   */
  approve(id: string): Promise<Rule>;
  /** `not_found`. */
  disable(id: string, options?: { rollsBack?: boolean }): Promise<Rule>;
  /**
   * Forgets the rule, so that healers may learn it again; a candidate's events become dead letters. `not_found`;
   * `conflict` while the rule is rolled back.
   */
  delete(id: string): Promise<void>;
  /** Takes what `exportRules` gave, or rules of the original's format (rule-import.ts). */
  importRules(json: unknown): Promise<ImportReport>;
}

/** How long a candidate that a person deleted can't come back: its events must have time to be settled. */
const turnedDownMs = 86_400_000;

export function createRuleDecisions(deps: {
  state: StateStore;
  index: RuleIndex;
  records: RuleRecords;
  writes: RuleWrites;
  uses: RuleUseCounter;
  contracts: { get(name: string, version: string): Contract | undefined } | undefined;
  ttlMs: number;
  now: () => number;
}): RuleDecisions {
  const { state, index, records, uses, contracts, ttlMs, now } = deps;
  const { inTurn, write } = deps.writes;

  const activeRival = (rule: StoredRule): StoredRule | undefined =>
    index.rivals(rule).find((other) => statusAt(other, now()) === 'active');

  return {
    approve: (id) =>
      inTurn(async () => {
        const rule = active(await existing(records, id));
        await notRollingBack(state, id);
        const rival = activeRival(rule);
        if (rival !== undefined) throw new SentinelError('conflict', rivalry(rival));
        await write(rule, [endOfRollback(id)]);
        uses.forgive(id);
        return records.withUses(rule);
      }),

    disable: (id, { rollsBack = false } = {}) =>
      inTurn(async () => {
        const known = await existing(records, id);
        const rule: StoredRule = {
          ...known,
          doubt: rollsBack ? undefined : known.doubt,
          status: 'disabled',
          disabled_by: 'person',
          disabled_reason: undefined,
        };
        await write(rule);
        return records.withUses(rule);
      }),

    delete: (id) =>
      inTurn(async () => {
        const rule = await existing(records, id);
        await notRollingBack(state, id);
        const reason = `the repair proposed for it (rule ${id}) was turned down by a person`;
        const refusal = { code: 'repair_turned_down', reason, at: new Date(now()).toISOString() };
        const turnedDown = [
          refusalWrite(rule.signature, refusal, turnedDownMs),
          turnedDownWrite(id, refusal.at, turnedDownMs),
        ];
        await records.delete(id, [...(rule.status === 'candidate' ? turnedDown : []), endOfRollback(id)]);
        index.delete(id);
      }),

    async importRules(json) {
      const context = { now: now(), ttlMs, contracts };
      const { rules, refused } = parseRules(json, context);
      const imported: string[] = [];
      for (const { position, rule } of rules) {
        await inTurn(async () => {
          const rival = rule.status === 'active' ? activeRival(rule) : undefined;
          const known = index.get(rule.id);
          const disabled = known?.disabled_by === 'person' && rule.status === 'active';
          if (rival !== undefined) refused.push({ position, reason: rivalry(rival) });
          else if (disabled)
            refused.push({ position, reason: `rule ${rule.id} is disabled here; approve it` });
          else {
            // One that is here already stays the work of whoever made it.
            const origin = known?.origin ?? rule.origin;
            await write({ ...rule, origin }, rule.status === 'active' ? [endOfRollback(rule.id)] : []);
            imported.push(rule.id);
          }
        });
      }
      return { imported, refused };
    },
  };
}

const rivalry = (rival: StoredRule): string =>
  `rule ${rival.id} repairs the same events in another way; disable it first`;

const active = (rule: StoredRule): StoredRule => {
  const { disabled_by: _by, disabled_reason: _reason, doubt: _doubt, expires_at: _end, ...rest } = rule;
  return { ...rest, status: 'active' };
};

async function existing(records: RuleRecords, id: string): Promise<StoredRule> {
  const rule = await records.read(id);
  if (rule === undefined) throw new SentinelError('not_found', `there is no rule ${JSON.stringify(id)}`);
  return rule;
}

async function notRollingBack(state: StateStore, id: string): Promise<void> {
  if ((await readRollback(state, id))?.status === 'running')
    throw new SentinelError('conflict', `rule ${id} is being rolled back; wait until that is done`);
}
