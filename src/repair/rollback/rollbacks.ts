import type { Lease } from '../../engine/lease.ts';
import { SentinelError } from '../../model/errors.ts';
import type { Row } from '../../load/destination.ts';
import { Mutex } from '../../support/mutex.ts';
import { createPatience } from '../../support/patience.ts';
import {
  type RollbackRecord,
  readRollback,
  rollbackPrefix,
  rollbackWrite,
} from '../rules/rollback-record.ts';
import { listAll } from '../rules/state-pages.ts';
import type { RollbackParts } from './parts.ts';
import { Withdrawal } from './withdrawal.ts';

export type { RollbackParts };

/** One at a time, of all workers. */
export const rollbackLease = 'rollback';

/** A worker that dies in the midst of it holds rollbacks up for so long. */
const leaseMs = 60_000;
const leasePauseMs = 1000;

interface Run {
  done: Promise<void>;
  /** Rows by the rule have arrived since it last looked. */
  again: boolean;
}

/**
 * Takes what a rule has repaired back out of the destination, into the dead letters:
 *
 *   row ──one transaction of the destination──► entry `withdrawn` ──► dead letter, open
 *
 * The record of the rollback says `running` from before the first row goes until the last letter is written; what was withdrawn
 * is asked for once more after a crash, so each event has its letter (docs/exactly-once.md).
 */
export class Rollbacks {
  readonly #parts: RollbackParts;
  readonly #now: () => number;
  /** Rules whose rows must leave. */
  readonly #barred = new Set<string>();
  readonly #runs = new Map<string, Run>();
  readonly #closing = new AbortController();
  readonly #patience;
  readonly #unwatch: () => void;
  readonly #starting = new Mutex();

  constructor(parts: RollbackParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
    this.#patience = createPatience(parts.log);
    this.#unwatch = parts.state.watch(rollbackPrefix, ({ key, value }) => {
      const ruleId = key.slice(rollbackPrefix.length);
      if (value === undefined) this.#barred.delete(ruleId);
      // It may have begun in another process, and rows by the rule be on their way here.
      else this.#barred.add(ruleId);
    });
  }

  /** Disables the rule and begins. `not_found` when there is neither such a rule nor a repair by it. */
  start(ruleId: string, reason: string, actor?: RollbackRecord['actor']): Promise<RollbackRecord> {
    return this.#starting.run(() => this.#begin(ruleId, reason, actor));
  }

  /** Goes on with what a stop has interrupted. */
  async resume(): Promise<void> {
    const { state, destination } = this.#parts;
    for (const { value } of await listAll<RollbackRecord>(state, rollbackPrefix)) {
      const { rule_id: ruleId, status } = value;
      this.#barred.add(ruleId);
      // Of a finished one, too, rows may have arrived since.
      const isOver = async () =>
        status === 'done' && (await destination.repairs.touched(ruleId)).repairs === 0;
      void this.#untilDone(ruleId, async () => {
        if (!(await isOver())) this.#sweep(ruleId);
      }).catch(this.#unlessStopped);
    }
  }

  /** Rows that were settled: those by a rule that has been rolled back, on their way when it was disabled, follow the others out. */
  settled(rows: readonly Row[]): void {
    if (this.#barred.size === 0) return;
    const arrived = new Set(rows.map(({ repair }) => repair?.ruleId));
    for (const ruleId of this.#barred)
      if (arrived.has(ruleId)) void this.#sweepStragglers(ruleId).catch(this.#unlessStopped);
  }

  /** Stops after the running batch; resolves when nothing runs. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#patience.stop();
    this.#unwatch();
    await Promise.all([...this.#runs.values()].map(({ done }) => done));
  }

  async #begin(ruleId: string, reason: string, actor: RollbackRecord['actor']): Promise<RollbackRecord> {
    const { state, rules, destination, log } = this.#parts;
    if (destination.withdraw === undefined)
      throw new SentinelError('conflict', 'this destination gives no rows back');
    const known = await readRollback(state, ruleId);
    if (known?.status === 'running') return known;
    const [rule, touched] = await Promise.all([rules.get(ruleId), destination.repairs.touched(ruleId)]);
    if (rule === undefined && touched.repairs + touched.rolledBack === 0)
      throw new SentinelError('not_found', `there is no rule ${JSON.stringify(ruleId)}`);
    if (rule !== undefined) await rules.disable(ruleId, { rollsBack: true });
    const record: RollbackRecord = {
      rule_id: ruleId,
      status: 'running',
      reason: reason === '' ? 'no reason was given' : reason,
      ...(actor && { actor }),
      started_at: new Date(this.#now()).toISOString(),
      total: touched.repairs,
      before: touched.rolledBack,
      taken: 0,
      duplicates: touched.duplicates,
    };
    await state.write([rollbackWrite(record)]);
    this.#barred.add(ruleId);
    log.warn(
      { status: 'rolling_back', rule_id: ruleId, events: touched.repairs },
      'a rule is rolled back: its rows are taken out of the destination',
    );
    this.#sweep(ruleId);
    return record;
  }

  /** Begins a run, or makes the running one look again. */
  #sweep(ruleId: string): void {
    const running = this.#runs.get(ruleId);
    if (running !== undefined) return void (running.again = true);
    const mine: Run = { again: false, done: Promise.resolve() };
    this.#runs.set(ruleId, mine);
    mine.done = this.#untilDone(ruleId, () => this.#inCluster((lease) => this.#run(ruleId, mine, lease)))
      .catch(this.#unlessStopped)
      .finally(() => {
        this.#runs.delete(ruleId);
        // It arrived between the last look and now.
        if (mine.again && !this.#closing.signal.aborted) this.#sweep(ruleId);
      });
  }

  async #sweepStragglers(ruleId: string): Promise<void> {
    const record = await this.#untilDone(ruleId, () => readRollback(this.#parts.state, ruleId));
    if (record === undefined) this.#barred.delete(ruleId);
    else if (!this.#closing.signal.aborted) this.#sweep(ruleId);
  }

  async #run(ruleId: string, mine: Run, lease: Lease): Promise<void> {
    const { state, noteEnd, log } = this.#parts;
    const found = await readRollback(state, ruleId);
    // A person has approved or deleted the rule: what it repairs from now on stays.
    if (found === undefined) return;
    const record: RollbackRecord = { ...found, status: 'running' };
    // Before a row goes: after a crash its letter is still to be written.
    if (found.status === 'done') await state.write([rollbackWrite(record)]);
    const withdrawal = new Withdrawal(this.#parts, record, { lease, closing: this.#closing.signal });
    await withdrawal.pages('again');
    mine.again = false;
    // What a try that failed had withdrawn, the next one does not say.
    if (!(await withdrawal.pages('byRule'))) await withdrawal.pages('again');
    if (this.#closing.signal.aborted) return;
    const taken = await withdrawal.taken();
    if (mine.again) return state.write([rollbackWrite({ ...record, taken })]);
    const finished_at = new Date(this.#now()).toISOString();
    const ended: RollbackRecord = { ...record, taken, status: 'done', finished_at };
    const isNews = found.status === 'running' || taken !== found.taken;
    await state.write([rollbackWrite(ended), ...(isNews && noteEnd ? [noteEnd(ended)] : [])]);
    log.info(
      { status: 'rolled_back', rule_id: ruleId, events: taken },
      'rule rolled back: its rows are dead letters again',
    );
  }

  /** Waits for its turn; does nothing when it closes meanwhile. */
  async #inCluster(work: (lease: Lease) => Promise<void>): Promise<void> {
    const { signal } = this.#closing;
    const lease = await this.#parts.leases.waitFor(rollbackLease, leaseMs, { everyMs: leasePauseMs, signal });
    if (lease === undefined) return;
    try {
      await work(lease);
    } finally {
      await lease.release().catch(() => undefined); // it ends by itself
    }
  }

  /** However long the engine or the destination is away. */
  #untilDone<T>(ruleId: string, work: () => Promise<T>): Promise<T> {
    return this.#patience.until(work, {
      failed: 'a rollback cannot go on; it waits',
      recovered: 'the rollback goes on',
      fields: { rule_id: ruleId },
    });
  }

  readonly #unlessStopped = (error: unknown): void => {
    if (!(error instanceof SentinelError && error.code === 'pipeline_stopped')) this.#parts.onBroken(error);
  };
}
