import type { StateStore, StateWrite } from '../../engine/engine.ts';
import type { JsonObject } from '../../model/json.ts';
import { type RuleUses, usesPrefix } from './uses.ts';
import { type Rule, type RuleStatus, type StoredRule, statusAt } from '../../model/rule.ts';
import { listAll } from './state-pages.ts';

export interface RuleFilter {
  contract?: string;
  version?: string;
  source?: string;
  status?: RuleStatus;
}

/** Rules as they lie in the state, at `rules/<id>`. */
export interface RuleRecords {
  read(id: string): Promise<StoredRule | undefined>;
  /** Durable when it resolves, together with the other writes. */
  write(rule: StoredRule, others?: readonly StateWrite[]): Promise<void>;
  /** Deletes the rule and its counts, together with the other writes. */
  delete(id: string, others: readonly StateWrite[]): Promise<void>;
  /** Newest first. */
  list(filter?: RuleFilter): Promise<Rule[]>;
  withUses(rule: StoredRule): Promise<Rule>;
  /** Calls the listener with every rule there is, then with each change by any thread. Returns the way to stop. */
  follow(listener: (id: string, rule: StoredRule | undefined) => void): Promise<() => void>;
}

const prefix = 'rules/';
/** How long an expired rule can still be looked at. */
const keepExpiredMs = 30 * 86_400_000;

export function ruleRecords(state: StateStore, now: () => number): RuleRecords {
  const toRule = (rule: StoredRule, uses: RuleUses | undefined): Rule => ({
    ...rule,
    hits: 0,
    failures: 0,
    ...uses,
    status: statusAt(rule, now()),
  });

  return {
    async read(id) {
      const rule = await state.get<JsonObject>(prefix + id);
      return rule as StoredRule | undefined;
    },

    async write(rule, others = []) {
      const { status, disabled_by, expires_at } = rule;
      const isLasting = status === 'candidate' || disabled_by === 'person' || expires_at === undefined;
      const ttlMs = isLasting ? undefined : Math.max(1, Date.parse(expires_at) - now()) + keepExpiredMs;
      const value = JSON.parse(JSON.stringify(rule)) as JsonObject;
      await state.write([{ put: prefix + rule.id, value, ttlMs }, ...others]);
    },

    delete: (id, others) => state.write([{ delete: prefix + id }, { delete: usesPrefix + id }, ...others]),

    async list(filter = {}) {
      const [rules, counts] = await Promise.all([
        listAll<JsonObject>(state, prefix),
        listAll<RuleUses>(state, usesPrefix),
      ]);
      const usesById = new Map(counts.map(({ key, value }) => [key.slice(usesPrefix.length), value]));
      const wanted = Object.entries(filter) as [keyof RuleFilter, string | undefined][];
      return rules
        .map(({ value }) => value as unknown as StoredRule)
        .map((rule) => toRule(rule, usesById.get(rule.id)))
        .filter((rule) => wanted.every(([name, value]) => value === undefined || rule[name] === value))
        .sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
    },

    withUses: async (rule) => toRule(rule, await state.get<RuleUses>(usesPrefix + rule.id)),

    async follow(listener) {
      let changed: Set<string> | undefined = new Set();
      const unwatch = state.watch(prefix, ({ key, value }) => {
        changed?.add(key);
        listener(key.slice(prefix.length), value as StoredRule | undefined);
      });
      for (const { key, value } of await listAll<JsonObject>(state, prefix))
        if (!changed.has(key)) listener(key.slice(prefix.length), value as unknown as StoredRule);
      changed = undefined;
      return unwatch;
    },
  };
}
