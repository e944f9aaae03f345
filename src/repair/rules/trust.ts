import type { Logger } from '../../support/log.ts';
import type { StoredRule } from '../../model/rule.ts';
import type { IndexedRule, RuleIndex } from './index-by-sender.ts';
import type { RuleRecords } from './records.ts';
import type { RuleUseCounter } from './uses.ts';
import type { RuleWrites } from './writes.ts';

/** What becomes of a rule by being used. */
export interface RuleTrust {
  /** It has repaired an event: its time begins anew. */
  repaired(indexed: IndexedRule): void;
  /** It matched an event that it does not repair. That alone says nothing: perhaps no plan could. */
  failed(indexed: IndexedRule): void;
  /** Another plan has repaired what the rule should have; when that goes on, the rule is disabled. */
  outdone(id: string): void;
  /** An event shows that the rule reads its sender wrongly: it is disabled, and so are its rows in doubt. */
  contradicted(indexed: IndexedRule, doubt: { since: number | undefined; reason: string }): void;
  /** Resolves when all that this began is written. */
  settled(): Promise<void>;
}

/** A use puts off a rule's end when that brings it nearer than this share of its time. */
const renewedShare = 0.9;

export function createRuleTrust(deps: {
  index: RuleIndex;
  records: RuleRecords;
  writes: RuleWrites;
  uses: RuleUseCounter;
  ttlMs: number;
  log: Logger;
  now: () => number;
}): RuleTrust {
  const { index, records, uses, ttlMs, log, now } = deps;
  const { inTurn, write } = deps.writes;
  const background = new Set<Promise<void>>();
  const renewing = new Set<string>();

  /** Changes a rule that is still active: a person, in another thread, may have decided about it meanwhile. */
  function change(id: string, changed: (rule: StoredRule) => StoredRule): void {
    const written = inTurn(async () => {
      const current = await records.read(id);
      if (current?.status === 'active') await write(changed(current));
      else if (current !== undefined) index.set(current);
    })
      .catch((err: unknown) => log.error({ err, rule_id: id }, 'the change of a rule could not be written'))
      .finally(() => {
        background.delete(written);
        renewing.delete(id);
      });
    background.add(written);
  }

  function disable(
    rule: StoredRule,
    why: Pick<StoredRule, 'disabled_by' | 'disabled_reason' | 'doubt'>,
  ): void {
    if (index.get(rule.id)?.status !== 'active') return;
    const disabled = (current: StoredRule): StoredRule => ({ ...current, ...why, status: 'disabled' });
    index.set(disabled(rule));
    const { id: rule_id, contract, source } = rule;
    const { disabled_reason: reason, doubt } = why;
    log.warn(
      { status: 'failed', rule_id, contract, source, reason, doubt_since: doubt?.since },
      doubt === undefined
        ? 'rule disabled'
        : 'rule disabled; look at what it repaired since, and roll it back',
    );
    change(rule.id, disabled);
  }

  return {
    repaired({ rule, endsAt }) {
      const at = now();
      uses.count(rule.id, true, at);
      if (endsAt === undefined || endsAt - at > ttlMs * renewedShare || renewing.has(rule.id)) return;
      renewing.add(rule.id);
      const expires_at = new Date(at + ttlMs).toISOString();
      change(rule.id, (current) => ({ ...current, expires_at }));
    },
    failed: ({ rule }) => uses.count(rule.id, false, now()),
    outdone(id) {
      const rule = index.get(id);
      if (rule === undefined || !uses.blame(id)) return;
      disable(rule, {
        disabled_by: 'failures',
        disabled_reason: 'other plans have repaired what it should have, again and again',
      });
    },
    contradicted({ rule }, { since, reason }) {
      const doubt = { since: since === undefined ? rule.created_at : new Date(since).toISOString(), reason };
      disable(rule, { disabled_by: 'contradiction', disabled_reason: reason, doubt });
    },
    async settled() {
      while (background.size > 0) await Promise.all(background);
    },
  };
}
