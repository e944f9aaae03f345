import { endedBefore, judgeLetters, type Entry } from '../../../src/load/destination-kit/judge.ts';
import type { Destination, LetterEntry, Row, Settled, Settlement } from '../../../src/load/destination.ts';
import type { LoadedEvent, RepairTrail } from '../../../src/model/loaded-event.ts';
import type { Withdrawn, WithdrawPage, WithdrawnEvent } from '../../../src/load/withdraw.ts';

interface Repair extends Omit<WithdrawnEvent, 'round' | 'withdrawnAt'> {
  table: string;
  withdrawnAt: number | undefined;
}

/**
 * A destination in memory, over the judge that all destinations share; each call is one transaction. It passes the parts
 * of the conformance suite on settling and withdrawing, and is quick enough for thousands of schedules.
 */
export class MemoryDestination {
  readonly rows = new Map<string, Row>();
  readonly entries = new Map<string, Entry & { receivedAt: number }>();
  readonly repairs: Repair[] = [];
  readonly #keys = new Map<string, string>();
  readonly #duplicates = new Map<string, { row: Row; of: string }>();
  readonly #marks = new Map<string, string>();
  readonly #keyOf: (row: Row) => string;
  readonly #refuses: (row: Row) => boolean;

  constructor(keyOf: (row: Row) => string, refuses: (row: Row) => boolean) {
    this.#keyOf = keyOf;
    this.#refuses = refuses;
  }

  settle({ rows, letters, mark }: Settlement): Settled {
    const before = { entries: new Map(this.entries), rows: new Set(this.rows.keys()) };
    const settled = rows.map((row) => endedBefore(row, before) ?? this.#write(row));
    const judged = judgeLetters(letters, before);
    for (const [id, entry] of judged.fresh) this.entries.set(id, { ...entry, receivedAt: 0 });
    if (mark !== undefined && mark.newest > (this.#marks.get(mark.queueId) ?? ''))
      this.#marks.set(mark.queueId, mark.newest);
    return { rows: settled, letters: judged.outcomes };
  }

  marked = (queueId: string): string | undefined => this.#marks.get(queueId);

  find(requestId: string): LoadedEvent | undefined {
    const row = this.rows.get(requestId.toLowerCase());
    const found = row ?? this.#duplicates.get(requestId.toLowerCase())?.row;
    if (found === undefined) return undefined;
    const { table, contract, contractVersion: version, source, repair } = found;
    const status = row === undefined ? 'duplicate' : repair === undefined ? 'loaded' : 'repaired';
    return { status, table, contract, version, source, ...(row === undefined ? {} : { repair }) };
  }

  counts() {
    const loaded = this.rows.size;
    const repaired = [...this.rows.values()].filter(({ repair }) => repair !== undefined).length;
    return { loaded, repaired, duplicate: this.#duplicates.size };
  }

  touched(ruleId: string) {
    const ofRule = this.repairs.filter(({ repair }) => repair.ruleId === ruleId);
    const standing = ofRule.filter(({ withdrawnAt }) => withdrawnAt === undefined);
    const ids = new Set(standing.map(({ requestId }) => requestId));
    return {
      repairs: standing.length,
      rolledBack: ofRule.length - standing.length,
      duplicates: [...this.#duplicates.values()].filter(({ of }) => ids.has(of)).length,
    };
  }

  withdrawByRule(ruleId: string, page: WithdrawPage): Withdrawn {
    const standing = this.repairs.filter(
      ({ repair, withdrawnAt }) => repair.ruleId === ruleId && withdrawnAt === undefined,
    );
    const { ids, after } = pageOf(standing, page);
    const gone = ids.filter((id) => this.#take(id, page.at));
    for (const id of gone) this.entries.set(id, { ...this.#nextRound(id), receivedAt: 0 });
    return { events: this.#withdrawn(ruleId, gone), after };
  }

  withdrawnAgain(ruleId: string, page: WithdrawPage): Withdrawn {
    const marked = this.repairs.filter(
      ({ repair, withdrawnAt = -1 }) => repair.ruleId === ruleId && withdrawnAt >= page.at,
    );
    const { ids, after } = pageOf(marked, page);
    return { events: this.#withdrawn(ruleId, ids), after };
  }

  withdrawByEvent(events: readonly LetterEntry[], at: number): number {
    let count = 0;
    for (const { requestId, round } of events) {
      const id = requestId.toLowerCase();
      if ((this.entries.get(id)?.round ?? -1) >= round) continue;
      if (this.#take(id, at)) count++;
      this.entries.set(id, { round, kind: 'withdrawn', receivedAt: 0 });
    }
    return count;
  }

  /** All that it holds, the same text for the same content. */
  describe(): string {
    const rows = [...this.rows.values()].map(({ requestId, repair }) => `${requestId} ${repair?.ruleId}`);
    const entries = [...this.entries].map(([id, { round, kind }]) => `${id} ${kind}@${round}`);
    const repairs = this.repairs.map(({ requestId, withdrawnAt }) => `${requestId} ${withdrawnAt}`);
    return [rows.toSorted(), entries.toSorted(), repairs, [...this.#duplicates.keys()].toSorted()].join('|');
  }

  #write(row: Row): Settled['rows'][number] {
    const id = row.requestId.toLowerCase();
    if (this.rows.has(id)) return { status: 'loaded' };
    if (this.#refuses(row)) return { status: 'rejected', reason: 'refused' };
    const key = this.#keyOf(row);
    const other = this.#keys.get(key);
    if (other !== undefined) {
      this.#duplicates.set(id, { row, of: other });
      this.entries.set(id, { round: row.round ?? 0, kind: 'duplicate', receivedAt: 0 });
      return { status: 'duplicate' };
    }
    this.rows.set(id, row);
    this.#keys.set(key, id);
    const { table, receivedAt, contract, contractVersion: version, source, headers, repair } = row;
    if (repair !== undefined) {
      const kept = trailOf(repair);
      const of = { requestId: id, table, receivedAt, contract, version, source, headers, repair: kept };
      this.repairs.push({ ...of, withdrawnAt: undefined });
    }
    return { status: 'loaded' };
  }

  #take(id: string, at: number): boolean {
    const row = this.rows.get(id);
    if (row === undefined) return false;
    this.rows.delete(id);
    this.#keys.delete(this.#keyOf(row));
    for (const repair of this.repairs) if (repair.requestId === id) repair.withdrawnAt ??= at;
    return true;
  }

  #nextRound(id: string): Entry {
    const entry = this.entries.get(id);
    return { round: entry === undefined ? 0 : entry.round + 1, kind: 'withdrawn' };
  }

  #withdrawn(ruleId: string, ids: readonly string[]): WithdrawnEvent[] {
    return ids.flatMap((id) => {
      const entry = this.entries.get(id);
      const repair = this.repairs.findLast(
        (one) => one.requestId === id && one.repair.ruleId === ruleId && one.withdrawnAt !== undefined,
      );
      if (entry?.kind !== 'withdrawn' || repair?.withdrawnAt === undefined) return [];
      const { table: _table, withdrawnAt, ...event } = repair;
      return [{ ...event, round: entry.round, withdrawnAt }];
    });
  }
}

function trailOf({ result: _result, ...trail }: RepairTrail): Omit<RepairTrail, 'result'> {
  return trail;
}

function pageOf(repairs: readonly Repair[], { limit, after = '' }: WithdrawPage) {
  const all = [...new Set(repairs.map(({ requestId }) => requestId))].toSorted();
  const ids = all.filter((id) => id > after).slice(0, limit);
  return { ids, after: ids.length < limit ? undefined : ids.at(-1) };
}

/** As a port, for the conformance suite. */
export function asDestination(memory: MemoryDestination): Destination {
  return {
    prepare: async () => undefined,
    settle: async (settlement) => memory.settle(settlement),
    marked: async (queueId) => memory.marked(queueId),
    withdraw: {
      byRule: async (...args) => memory.withdrawByRule(...args),
      again: async (...args) => memory.withdrawnAgain(...args),
      byEvent: async (...args) => memory.withdrawByEvent(...args),
    },
    find: async (requestId) => memory.find(requestId),
    counts: async () => memory.counts(),
    repairs: {
      list: async ({ ruleId }) => ({ items: entriesOf(memory.repairs, ruleId), next: undefined }),
      touched: async (ruleId) => memory.touched(ruleId),
    },
    close: async () => undefined,
  };
}

const entriesOf = (repairs: readonly Repair[], ruleId: string | undefined) =>
  repairs
    .filter(({ repair }) => repair.ruleId === ruleId)
    .map(({ requestId, table, contract, version, source, repair, withdrawnAt }) => ({
      requestId,
      table,
      contract,
      version,
      source,
      healer: repair.healer,
      ruleId,
      plan: repair.plan,
      byHand: repair.byHand,
      repairedAt: '',
      rolledBackAt: withdrawnAt === undefined ? undefined : new Date(withdrawnAt).toISOString(),
    }));
