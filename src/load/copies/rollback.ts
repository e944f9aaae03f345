import type { StateStore } from '../../engine/engine.ts';
import { type RollbackRecord, readRollback, rollbackPrefix } from '../../repair/rollback-record.ts';
import { listAll } from '../../repair/state-pages.ts';
import type { Row } from '../destination.ts';
import type { RepairAudit } from '../repair-audit.ts';
import type { Retraction } from './message.ts';

/**
 * What a rolled-back rule has repaired leaves the further destinations, too. Each row that the main one gives back is
 * retracted here by a message in the topic of the copies, behind the row's copy and before that of any replay: so it leaves
 * also where this destination lags, and the rule has been approved again meanwhile. An event that was repaired and copied
 * before a crash, and becomes a dead letter after it, is retracted in the same way. What only this destination had, as the
 * main one had refused it or found it a duplicate, leaves when the rollback is done, if it still stands then.
 *
 * The event itself is among the dead letters by way of the main destination, so a row that is taken out here is let go of at
 * once.
 */
export interface CopyRollbacks {
  /** Learns of the rollbacks that there are; to be called before anything is loaded. */
  start(): Promise<void>;
  /** What was loaded may be by a rule whose rows have left. */
  loaded(rows: readonly Row[]): void;
  /** Takes out what the main destination has given back; to be called in turn with the loads. */
  retract(repairs: RepairAudit, retractions: readonly Retraction[]): Promise<void>;
  /** Takes out what else is to leave; likewise. */
  sweep(repairs: RepairAudit): Promise<void>;
  stop(): void;
}

const batchRows = 1000;

/** `onNew`: there is something to sweep. */
export function createCopyRollbacks(state: StateStore, onNew: () => void): CopyRollbacks {
  /** By rule whose rollback is done: whether its rows have left here. */
  const done = new Map<string, boolean>();
  const unwatch = state.watch(rollbackPrefix, ({ key, value }) => {
    const ruleId = key.slice(rollbackPrefix.length);
    // A person has approved or deleted the rule, or the main destination is still at it.
    if ((value as RollbackRecord | undefined)?.status !== 'done') done.delete(ruleId);
    else {
      done.set(ruleId, false);
      onNew();
    }
  });

  async function takeOut(
    repairs: RepairAudit,
    ruleId: string | undefined,
    only?: readonly string[],
  ): Promise<void> {
    let after: string | undefined;
    do {
      const taken = await repairs.takeOut(ruleId, {
        limit: batchRows,
        at: Date.now(),
        ...(after === undefined ? undefined : { after }),
        ...(only === undefined ? undefined : { only }),
      });
      await release(repairs);
      after = taken.after;
    } while (after !== undefined);
  }

  async function release(repairs: RepairAudit): Promise<void> {
    for (;;) {
      const leaving = await repairs.leaving(batchRows);
      if (leaving.length === 0) return;
      await repairs.release(leaving.map(({ requestId }) => requestId));
    }
  }

  return {
    async start() {
      for (const { value } of await listAll<RollbackRecord>(state, rollbackPrefix))
        if (value.status === 'done') done.set(value.rule_id, false);
      if (done.size > 0) onNew();
    },
    loaded(rows) {
      if (done.size === 0) return;
      const arrived = new Set(rows.map(({ repair }) => repair?.ruleId));
      for (const ruleId of done.keys()) if (arrived.has(ruleId)) done.set(ruleId, false);
      if ([...done.values()].includes(false)) onNew();
    },
    async retract(repairs, retractions) {
      const byRule = new Map<string | undefined, string[]>();
      for (const { request_id, rule_id } of retractions)
        byRule.set(rule_id, [...(byRule.get(rule_id) ?? []), request_id]);
      for (const [ruleId, ids] of byRule)
        for (let from = 0; from < ids.length; from += batchRows)
          await takeOut(repairs, ruleId, ids.slice(from, from + batchRows));
    },
    async sweep(repairs) {
      for (const [ruleId, isSwept] of done) {
        if (isSwept) continue;
        // The news of an approval may be late.
        if ((await readRollback(state, ruleId))?.status !== 'done') continue;
        await takeOut(repairs, ruleId);
        if (done.has(ruleId)) done.set(ruleId, true);
      }
    },
    stop: unwatch,
  };
}
