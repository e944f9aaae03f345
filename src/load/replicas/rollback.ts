import type { RepairAudit } from '../repair-audit.ts';
import type { Retraction } from './message.ts';

const batchRows = 1000;

/**
 * What a rolled-back rule has repaired leaves the further destinations, too: each row that the main one gives back is
 * retracted here by a message in the topic of the copies, behind the row's copy and before that of any replay. So it leaves
 * also where this destination lags, and the rule has been approved again meanwhile. An event that was repaired and copied
 * before a crash, and becomes a dead letter after it, is retracted in the same way. What the main destination has by
 * another repair stays here, whichever repair it is here by.
 *
 * The event itself is among the dead letters by way of the main destination, so a row that is taken out is let go of at
 * once. To be called in turn with the loads.
 */
export async function retract(repairs: RepairAudit, retractions: readonly Retraction[]): Promise<void> {
  const byRule = new Map<string | undefined, string[]>();
  for (const { request_id, rule_id } of retractions) {
    const ids = byRule.get(rule_id);
    if (ids === undefined) byRule.set(rule_id, [request_id]);
    else ids.push(request_id);
  }
  // What a try that failed has left.
  await release(repairs);
  for (const [ruleId, ids] of byRule)
    for (let from = 0; from < ids.length; from += batchRows) {
      const only = ids.slice(from, from + batchRows);
      await repairs.takeOut(ruleId, { limit: only.length, at: Date.now(), only });
      await release(repairs);
    }
}

async function release(repairs: RepairAudit): Promise<void> {
  for (;;) {
    const leaving = await repairs.leaving(batchRows);
    if (leaving.length === 0) return;
    await repairs.release(leaving.map(({ requestId }) => requestId));
  }
}
