import { setTimeout as sleep } from 'node:timers/promises';
import type { Contract } from '../../contracts/contract.ts';
import { isTakenBack } from '../../model/dead-letter.ts';
import type { DeadLetterStore } from '../../dead-letter/store.ts';
import type { StateStore } from '../../engine/engine.ts';
import { type Lease, type Leases, createLeases } from '../../engine/lease.ts';
import { SentinelError } from '../../model/errors.ts';
import type { Retract } from '../../load/replicas/feed.ts';
import type { LeavingEvent, RepairAudit } from '../../load/repair-audit.ts';
import type { LoadStage } from '../../load/stage.ts';
import type { Logger } from '../../support/log.ts';
import { createPatience } from '../../support/patience.ts';
import {
  type RollbackRecord,
  readRollback,
  rollbackPrefix,
  rollbackWrite,
} from '../rules/rollback-record.ts';
import type { RuleStore } from '../rules/store.ts';
import { listAll } from '../rules/state-pages.ts';
import { takenBack } from './letter.ts';

/**
 * Takes what a rule has repaired back out of the destination, into the dead letters. Each batch is one turn between
 * two loads:
 *
 *   row ──one transaction of the destination──► leaving ──letters durable──► dead letter, open
 *
 * An event is a letter that can be replayed only after its row is gone, and `leaving` is emptied before anything else is
 * loaded, also after a crash; so it is never in two places and never in none.
 */
export interface Rollbacks {
  /** Disables the rule and begins. `not_found` when there is neither such a rule nor a repair by it. */
  start(ruleId: string, reason: string): Promise<RollbackRecord>;
  /** Finishes what a crash has left half done; before anything is loaded. `goOn`: unfinished rollbacks go on, too. */
  resume(goOn: boolean): Promise<void>;
  /**
   * The load stage for those who load: rows by a rule that has been rolled back, which were on their way when it was
   * disabled, follow the others out.
   */
  guarding(loading: LoadStage): LoadStage;
  /** Stops after the running batch; resolves when nothing runs. */
  close(): Promise<void>;
}

/** Whoever has it makes letters of rows, or sees to it that nobody does. */
export const rollbackLease = 'rollback';

const batchRows = 1000;
/** A worker that dies in the midst of it holds rollbacks up for so long. */
const leaseMs = 60_000;
const leasePauseMs = 1000;

export function createRollbacks(deps: {
  repairs: RepairAudit;
  loading: LoadStage;
  letters: DeadLetterStore;
  rules: Pick<RuleStore, 'get' | 'disable'>;
  contracts: { get(name: string, version: string): Contract | undefined };
  state: StateStore;
  /** Takes the rows out of further destinations, too, where there are some; durable when it resolves. */
  retract?: Retract | undefined;
  /** Of several workers one takes rows out at a time. Default: there are no others. */
  leases?: Leases;
  log: Logger;
  /** Told of an error that no later try would mend. */
  onBroken: (error: unknown) => void;
  /** Each row that was taken out. */
  onTaken: (source: string, contract: string, receivedAt: number) => void;
  now?: () => number;
}): Rollbacks {
  const { repairs, loading, letters, rules, contracts, state, log, retract, onBroken, onTaken } = deps;
  const now = deps.now ?? Date.now;
  const leases = deps.leases ?? createLeases({ ordered: true, state });
  /** Rules whose rows must leave. */
  const barred = new Set<string>();
  /** By rule: the run, and whether rows have arrived behind its back. */
  const runs = new Map<string, { done: Promise<void>; again: boolean }>();
  const closing = new AbortController();
  const patience = createPatience(log);
  let starting: Promise<unknown> = Promise.resolve();
  const unwatch = state.watch(rollbackPrefix, ({ key, value }) => {
    const ruleId = key.slice(rollbackPrefix.length);
    if (value === undefined) barred.delete(ruleId);
    // It may have begun in another process, and rows by the rule be on their way here.
    else barred.add(ruleId);
  });

  /** Everything that is leaving becomes a letter; a second time changes nothing. */
  async function drain(): Promise<void> {
    for (;;) {
      const leaving = await repairs.leaving(batchRows);
      if (leaving.length === 0) return;
      const reasons = new Map<string, string>();
      for (const { repair } of leaving) {
        const ruleId = repair.ruleId ?? '';
        if (!reasons.has(ruleId))
          reasons.set(ruleId, (await readRollback(state, ruleId))?.reason ?? noReason);
      }
      const events = leaving.map((event) =>
        takenBack(
          event,
          contracts.get(event.contract, event.version),
          reasons.get(event.repair.ruleId ?? '') ?? noReason,
        ),
      );
      if (retract !== undefined) {
        // Before there are letters, so that no replay has been copied yet; where there is one it was done before.
        const known = await Promise.all(events.map(({ request_id }) => letters.get(request_id)));
        const isNew = (_: LeavingEvent, at: number): boolean => !isTakenBack(known[at], events[at]!);
        await retract(
          leaving.filter(isNew).map(({ requestId: request_id, contract, source, repair }) => ({
            request_id,
            contract,
            source,
            rule_id: repair.ruleId,
          })),
        );
      }
      await letters.takeBack(events);
      await repairs.release(leaving.map(({ requestId }) => requestId));
      for (const { source, contract, receivedAt } of leaving) onTaken(source, contract, receivedAt);
    }
  }

  /** Waits for its turn; does nothing when it closes meanwhile. */
  async function inCluster(work: (lease: Lease) => Promise<void>): Promise<void> {
    while (!closing.signal.aborted) {
      const lease = await leases.take(rollbackLease, leaseMs);
      if (lease === undefined) {
        await sleep(leasePauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
        continue;
      }
      try {
        return await work(lease);
      } finally {
        await lease.release().catch(() => undefined); // it ends by itself
      }
    }
  }

  async function run(ruleId: string, mine: { again: boolean }, lease: Lease): Promise<void> {
    let after: string | undefined;
    while (!closing.signal.aborted) {
      await lease.renew();
      const record = await readRollback(state, ruleId);
      // A person has approved or deleted the rule: what it repairs from now on stays.
      if (record === undefined) return;
      if (after === undefined) mine.again = false;
      const from = after;
      after = await loading.inTurn('a rollback', async () => {
        await drain(); // what a failed try has left
        const taken = await repairs.takeOut(ruleId, {
          limit: batchRows,
          at: now(),
          ...(from === undefined ? undefined : { after: from }),
        });
        await drain();
        return taken.after;
      });
      const isDone = after === undefined && !mine.again;
      const taken = (await repairs.touched(ruleId)).rolledBack - record.before;
      const finished = { status: 'done' as const, finished_at: new Date(now()).toISOString() };
      await state.write([rollbackWrite({ ...record, taken, ...(isDone ? finished : undefined) })]);
      if (!isDone) continue;
      log.info(
        { status: 'rolled_back', rule_id: ruleId, events: taken },
        'rule rolled back: its rows are dead letters again',
      );
      return;
    }
  }

  function unlessStopped(error: unknown): void {
    if (!(error instanceof SentinelError && error.code === 'pipeline_stopped')) onBroken(error);
  }

  /** However long the engine or the destination is away. */
  const untilDone = <T>(ruleId: string, work: () => Promise<T>): Promise<T> =>
    patience.until(work, {
      failed: 'a rollback can not go on; it waits',
      recovered: 'the rollback goes on',
      fields: { rule_id: ruleId },
    });

  /** Begins a run, or makes the running one look again. */
  function sweep(ruleId: string): void {
    const running = runs.get(ruleId);
    if (running !== undefined) {
      running.again = true;
      return;
    }
    const mine = { again: false, done: Promise.resolve() };
    runs.set(ruleId, mine);
    mine.done = untilDone(ruleId, () => inCluster((lease) => run(ruleId, mine, lease)))
      .catch(unlessStopped)
      .finally(() => {
        runs.delete(ruleId);
        // It arrived between the last look and now.
        if (mine.again && !closing.signal.aborted) sweep(ruleId);
      });
  }

  async function sweepStragglers(ruleId: string): Promise<void> {
    const record = await untilDone(ruleId, () => readRollback(state, ruleId));
    if (record === undefined) barred.delete(ruleId);
    else if (!closing.signal.aborted) sweep(ruleId);
  }

  async function begin(ruleId: string, reason: string): Promise<RollbackRecord> {
    const known = await readRollback(state, ruleId);
    if (known?.status === 'running') return known;
    const [rule, touched] = await Promise.all([rules.get(ruleId), repairs.touched(ruleId)]);
    if (rule === undefined && touched.repairs + touched.rolledBack === 0)
      throw new SentinelError('not_found', `there is no rule ${JSON.stringify(ruleId)}`);
    if (rule !== undefined) await rules.disable(ruleId);
    const record: RollbackRecord = {
      rule_id: ruleId,
      status: 'running',
      reason: reason === '' ? noReason : reason,
      started_at: new Date(now()).toISOString(),
      total: touched.repairs,
      before: touched.rolledBack,
      taken: 0,
      duplicates: touched.duplicates,
    };
    await state.write([rollbackWrite(record)]);
    barred.add(ruleId);
    log.warn(
      { status: 'rolling_back', rule_id: ruleId, events: touched.repairs },
      'a rule is rolled back: its rows are taken out of the destination',
    );
    sweep(ruleId);
    return record;
  }

  return {
    start(ruleId, reason) {
      const mine = starting.then(() => begin(ruleId, reason));
      starting = mine.catch(() => undefined);
      return mine;
    },

    async resume(goOn) {
      const lease = await leases.take(rollbackLease, leaseMs);
      // Another worker that has it drains what is leaving before each of its own turns.
      if (lease !== undefined)
        try {
          await drain();
        } finally {
          await lease.release().catch(() => undefined); // it ends by itself
        }
      if (!goOn) return;
      for (const { value } of await listAll<RollbackRecord>(state, rollbackPrefix)) {
        barred.add(value.rule_id);
        // Of a finished one, too, rows may have arrived since, and the process may have ended before they left.
        if (value.status === 'running' || (await repairs.touched(value.rule_id)).repairs > 0)
          sweep(value.rule_id);
      }
    },

    guarding: (loading) => ({
      ...loading,
      async load(rows, ...rest) {
        const outcomes = await loading.load(rows, ...rest);
        if (barred.size === 0) return outcomes;
        const arrived = new Set(rows.map(({ repair }) => repair?.ruleId));
        for (const ruleId of barred)
          if (arrived.has(ruleId)) void sweepStragglers(ruleId).catch(unlessStopped);
        return outcomes;
      },
    }),

    async close() {
      closing.abort();
      patience.stop();
      unwatch();
      await Promise.all([...runs.values()].map(({ done }) => done));
    },
  };
}

const noReason = 'no reason was given';
