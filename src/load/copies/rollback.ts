import type { StateStore } from '../../engine/engine.ts';
import { type RollbackRecord, rollbackPrefix } from '../../repair/rollback-record.ts';
import { listAll } from '../../repair/state-pages.ts';
import type { Row } from '../destination.ts';
import type { RepairAudit } from '../repair-audit.ts';

/**
 * What a rolled-back rule has repaired leaves the further destinations, too. The event itself is among the dead letters
 * already, by way of the main destination, so a row that is taken out here is let go of at once.
 */
export interface CopyRollbacks {
  /** Learns of the rollbacks that there are; to be called before anything is loaded. */
  start(): Promise<void>;
  /** Whether the row may be loaded; one by a rule that was rolled back may not, as its event is a dead letter. */
  admits(row: Row): boolean;
  /** Takes out what is to leave; to be called in turn with the loads. */
  sweep(repairs: RepairAudit): Promise<void>;
  stop(): void;
}

const batchRows = 1000;

/** `onNew`: there is something to sweep. */
export function createCopyRollbacks(state: StateStore, onNew: () => void): CopyRollbacks {
  /** By rule: whether its rows have left. */
  const barred = new Map<string, boolean>();
  const unwatch = state.watch(rollbackPrefix, ({ key, value }) => {
    const ruleId = key.slice(rollbackPrefix.length);
    // A person has approved or deleted the rule: what it repairs from now on stays.
    if (value === undefined) barred.delete(ruleId);
    else if (barred.get(ruleId) !== true) bar(ruleId);
  });

  function bar(ruleId: string): void {
    barred.set(ruleId, false);
    onNew();
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
      for (const { value } of await listAll<RollbackRecord>(state, rollbackPrefix)) bar(value.rule_id);
    },
    admits: ({ repair }) => repair?.ruleId === undefined || !barred.has(repair.ruleId),
    async sweep(repairs) {
      for (const [ruleId, isSwept] of barred) {
        if (isSwept) continue;
        let after: string | undefined;
        do {
          const taken = await repairs.takeOut(ruleId, {
            limit: batchRows,
            at: Date.now(),
            ...(after === undefined ? undefined : { after }),
          });
          await release(repairs);
          after = taken.after;
        } while (after !== undefined);
        if (barred.has(ruleId)) barred.set(ruleId, true);
      }
    },
    stop: unwatch,
  };
}
