import { randomUUID } from 'node:crypto';
import type { ItemOf } from '../api/client.ts';
import type { StatePut, StateStore } from '../engine/engine.ts';
import type { Job } from '../model/job.ts';
import type { Json } from '../model/json.ts';
import type { RollbackRecord } from '../repair/rules/rollback-record.ts';

export type AuditEntry = ItemOf<'GET /api/v1/audit'>;
export type Act = Omit<AuditEntry, 'id' | 'at'>;

export interface AuditFilter {
  actor?: string;
  act?: string;
  target?: string;
  /** ISO 8601 times, both included. */
  since?: string;
  until?: string;
}

/** Who did what, in the engine's state. */
export interface Audit {
  /** Resolves when it is durable. */
  note(act: Act): Promise<void>;
  /** Newest first. */
  list(
    filter: AuditFilter,
    page: { limit: number; cursor?: string },
  ): Promise<{ items: AuditEntry[]; next: string | null }>;
}

const prefix = 'audit/';
const dayMs = 86_400_000;
const scanPage = 200;
/** Entries that one request looks through; the next page goes on behind them. */
const maxScanned = 20_000;
const maxEntries = 100_000;
/** Acts between two looks at how many there are. */
const pruneEvery = 1000;

export function createAudit(
  state: StateStore,
  { days, now = Date.now }: { days: number; now?: () => number },
): Audit {
  let sinceLook = 0;

  async function* scan(after: string | undefined): AsyncGenerator<AuditEntry> {
    for (let last = after; ;) {
      const page = await state.list(prefix, {
        limit: scanPage,
        after: last === undefined ? undefined : prefix + last,
      });
      for (const { key, value } of page) {
        last = key.slice(prefix.length);
        yield { ...(value as unknown as AuditEntry), id: last };
      }
      if (page.length < scanPage) return;
    }
  }

  async function prune(): Promise<void> {
    let count = 0;
    for await (const { id } of scan(undefined)) if (++count > maxEntries) await state.delete(prefix + id);
  }

  return {
    async note(act) {
      await state.write([auditWrite(act, { days, now })]);
      if (++sinceLook % pruneEvery === 0) await prune();
    },
    async list(filter, { limit, cursor }) {
      const items: AuditEntry[] = [];
      let scanned = 0;
      for await (const entry of scan(cursor)) {
        if (filter.since !== undefined && Date.parse(entry.at) < Date.parse(filter.since)) break;
        if (isMeant(entry, filter)) items.push(entry);
        if (items.length === limit || ++scanned === maxScanned) return { items, next: entry.id };
      }
      return { items, next: null };
    },
  };
}

/** An entry, to be written with what it is about. */
export function auditWrite(
  act: Act,
  { days, now = Date.now }: { days: number; now?: () => number },
): StatePut {
  const at = now();
  const entry = { at: new Date(at).toISOString(), ...act };
  return { put: prefix + newId(at), value: JSON.parse(JSON.stringify(entry)) as Json, ttlMs: days * dayMs };
}

/** A rollback's end, likewise; also when rows of the rule were taken back that arrived later. */
export const rollbackEnd = ({ rule_id, reason, actor, total, before, taken }: RollbackRecord): Act => ({
  actor: actor ?? { id: 'unknown', name: 'unknown' },
  act: 'rollback_end',
  request: 'POST /api/v1/rules/{id}/rollback',
  target: { rule_id },
  detail: { reason },
  counts: { total, before, taken },
});

/** A job's end, by who ordered it. */
export const endOf = ({ id, kind, state, actor, total, done, failed, failed_again }: Job): Act => ({
  actor,
  act: `${kind}_many_end`,
  request: `POST /api/v1/dead-letters/${kind}`,
  target: { job_id: id },
  detail: { state },
  counts: { total: total ?? 0, done, failed, ...(failed_again !== undefined && { failed_again }) },
});

function isMeant({ at, actor, act, target }: AuditEntry, filter: AuditFilter): boolean {
  return (
    (filter.actor === undefined || actor.id === filter.actor || actor.name === filter.actor) &&
    (filter.act === undefined || act === filter.act) &&
    (filter.target === undefined || Object.values(target).includes(filter.target)) &&
    (filter.until === undefined || Date.parse(at) <= Date.parse(filter.until))
  );
}

const endOfTime = 9_999_999_999_999;

/** Counts down, because the state lists in ascending order and people read the newest first. */
function newId(at: number): string {
  return `${String(endOfTime - at).padStart(13, '0')}-${randomUUID().slice(0, 8)}`;
}
