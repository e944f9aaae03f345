import { randomUUID } from 'node:crypto';
import type { StateStore } from '../../engine/engine.ts';
import type { Json } from '../../model/json.ts';
import { type Spent, hourMs } from '../healers/llm/budget.ts';

/** One exchange with the model. Holds shapes only, unless values are shared with the model anyway. */
export interface LlmExchange {
  /** ISO 8601 time at which the question was sent. */
  at: string;
  contract: string;
  version: string;
  source: string;
  signature: string;
  /** 1 for the first question about this failure. */
  attempt: number;
  model: string;
  /** What this question added to the conversation; a later attempt goes on from the earlier ones. */
  messages: { role: string; content: string }[];
  /** The model's answer, or why there was none. */
  answer: string;
  outcome: LlmOutcome;
  tokens: number;
  duration_ms: number;
  /** The rule that the plan became. */
  rule_id?: string;
}

/**
 * - `plan`: it works. `plan_failed`: a check refuses it. `refused`: the model says that there is none.
 * - `invalid`: the answer is no plan. `rejected`: the server declines the question. `unavailable`: no answer.
 * - `confirmed`, `unconfirmed`: of the second question, which has no plan for an answer.
 */
export type LlmOutcome =
  'plan' | 'plan_failed' | 'refused' | 'invalid' | 'rejected' | 'unavailable' | 'confirmed' | 'unconfirmed';

export type AuditEntry = LlmExchange & { id: string };

export interface AuditFilter {
  contract?: string;
  signature?: string;
}

/** Every prompt and answer, kept for a month, the latest few thousand of them. */
export interface LlmAudit {
  /** Resolves with the entry's id when it is durable. */
  keep(exchange: LlmExchange): Promise<string>;
  /** Notes which rule came of the exchange. */
  becameRule(id: string, ruleId: string): Promise<void>;
  /** Newest first. `next` is the cursor of the following page. */
  list(
    filter: AuditFilter,
    page: { limit: number; cursor?: string },
  ): Promise<{ items: AuditEntry[]; next: string | undefined }>;
  /**
   * Tells of each call of the last hour, and from now on of those that other processes make, within a second of their end;
   * of each once. Resolves when the earlier ones are told; it ends with the state.
   */
  followSpent(onSpent: (call: Spent) => void): Promise<void>;
}

const prefix = 'llm-audit/';
const dayMs = 86_400_000;
const keptMs = 30 * dayMs;
/** A server that is down is asked again and again; that shall not push out what a model has said. */
const unavailableKeptMs = dayMs;
const defaultMaxEntries = 5000;
const maxAnswerLength = 16_000;
const scanPage = 50;

/** The audit in an engine's state. */
export function createLlmAudit(
  state: StateStore,
  options: { maxEntries?: number; now?: () => number } = {},
): LlmAudit {
  const { maxEntries = defaultMaxEntries, now = Date.now } = options;
  /** Newest first, as in the state; read at the first write. */
  let ids: Promise<string[]> | undefined;

  /** Of the last hour: those of this process, and those that were told of; with the time of the call, in the order noted. */
  const counted = new Map<string, number>();
  function count(id: string, at: number): void {
    for (const [oldest, then] of counted) {
      if (then > now() - hourMs) break;
      counted.delete(oldest);
    }
    counted.set(id, at);
  }

  async function readIds(): Promise<string[]> {
    const found: string[] = [];
    try {
      for await (const { id } of scan(state)) found.push(id);
      return found;
    } catch (error) {
      ids = undefined;
      throw error;
    }
  }

  const put = (id: string, exchange: LlmExchange): Promise<void> => {
    const ends = Date.parse(exchange.at) + (exchange.outcome === 'unavailable' ? unavailableKeptMs : keptMs);
    return state.put(prefix + id, exchange as unknown as Json, { ttlMs: Math.max(1, ends - now()) });
  };

  return {
    async keep(exchange) {
      const at = Date.parse(exchange.at);
      const id = newId(at);
      count(id, at);
      await put(id, { ...exchange, answer: exchange.answer.slice(0, maxAnswerLength) });
      // After the write, so that the list holds the new one whether it was read before or is read now.
      const known = await (ids ??= readIds());
      if (!known.includes(id)) known.unshift(id);
      for (const oldest of known.splice(maxEntries)) await state.delete(prefix + oldest);
      return id;
    },
    async becameRule(id, ruleId) {
      const exchange = await state.get(prefix + id);
      if (exchange === undefined) return;
      await put(id, { ...(exchange as unknown as LlmExchange), rule_id: ruleId });
    },
    async list({ contract, signature }, { limit, cursor }) {
      const items: AuditEntry[] = [];
      for await (const entry of scan(state, cursor)) {
        if (contract !== undefined && entry.contract !== contract) continue;
        if (signature !== undefined && entry.signature !== signature) continue;
        if (items.length === limit) return { items, next: items.at(-1)!.id };
        items.push(entry);
      }
      return { items, next: undefined };
    },
    async followSpent(onSpent) {
      const tell = (id: string, exchange: LlmExchange): void => {
        const at = Date.parse(exchange.at);
        // An entry is written again when a rule comes of it.
        if (at <= now() - hourMs || counted.has(id)) return;
        count(id, at);
        onSpent({ at, tokens: exchange.tokens });
      };
      state.watch(prefix, ({ key, value }) => {
        if (value !== undefined) tell(key.slice(prefix.length), value as unknown as LlmExchange);
      });
      for await (const { id, ...exchange } of scan(state)) {
        if (Date.parse(exchange.at) <= now() - hourMs) break;
        tell(id, exchange);
      }
    },
  };
}

/** Newest first. */
async function* scan(state: StateStore, after?: string): AsyncGenerator<AuditEntry> {
  for (let last = after; ;) {
    const page = await state.list(prefix, {
      limit: scanPage,
      ...(last === undefined ? undefined : { after: prefix + last }),
    });
    for (const { key, value } of page) {
      last = key.slice(prefix.length);
      yield { id: last, ...(value as unknown as LlmExchange) };
    }
    if (page.length < scanPage) return;
  }
}

const endOfTime = 9_999_999_999_999;

/** Counts down, because the state lists in ascending order and people read the newest first. */
function newId(at: number): string {
  return `${String(endOfTime - at).padStart(13, '0')}-${randomUUID().slice(0, 8)}`;
}
