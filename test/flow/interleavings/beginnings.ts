import { indexKey, indexValue } from '../../../src/dead-letter/index-key.ts';
import { type DeadLetter, afterFailure, afterRollback } from '../../../src/model/dead-letter.ts';
import { topics } from '../../../src/model/event.ts';
import type { Json } from '../../../src/model/json.ts';
import { takenBack } from '../../../src/repair/rollback/letter.ts';
import { type RollbackRecord, rollbackPrefix } from '../../../src/repair/rules/rollback-record.ts';
import { contract, idOf, plan, receivedAt, recordOf, repairedEvent, rule } from './events.ts';
import type { Before } from './scenario.ts';
import type { Stores } from './stores.ts';

/** Ends the first event as the flow would have. */
export function endFirst(stores: Stores, as: Before, key: number): void {
  const raw = recordOf(0, key).toString().split('\n')[1]!;
  const requestId = idOf(0);
  const of = { source: 'shop', contract: contract.name, version: contract.version };
  if (as === 'letter') {
    const reception = { request_id: requestId, received_at: receivedAt, raw, ...of };
    const why = { violations: [], reason: 'no healer knows a repair', code: 'no_repair_found', attempts: [] };
    const event = { ...reception, ...why, signature: 'a'.repeat(32) };
    const letter = afterFailure(undefined, event, new Date(receivedAt))!;
    stores.destination.settle({ rows: [], letters: [{ requestId, round: 0 }] });
    putLetter(stores, letter);
    return;
  }
  const values = repairedEvent(JSON.parse(raw) as Record<string, Json>);
  const result = JSON.stringify(values);
  const repair = {
    healer: 'rule' as const,
    ruleId: rule.id,
    original: raw,
    plan: JSON.stringify(plan),
    result,
  };
  const row = { table: contract.table, requestId, receivedAt, source: 'shop', contractVersion: of.version };
  stores.destination.settle({
    rows: [{ ...row, contract: of.contract, values, extra: undefined, repair }],
    letters: [],
  });
  if (as === 'replaying') withdrawAndReplay(stores, 0, key);
}

function withdrawAndReplay(stores: Stores, n: number, key: number): void {
  const ahead = receivedAt + 30 * 86_400_000;
  const record: RollbackRecord = {
    rule_id: rule.id,
    status: 'running',
    reason: 'wrong',
    started_at: new Date(ahead).toISOString(),
    total: 1,
    before: 0,
    taken: 0,
    duplicates: 0,
  };
  const [event] = stores.destination.withdrawByRule(rule.id, { limit: 1, at: ahead }).events;
  const taken = { event: takenBack(event!, contract, record.reason), round: event!.round };
  const opened = afterRollback(undefined, taken, new Date(receivedAt))!;
  putLetter(stores, { ...opened, status: 'replaying', replays: 1 });
  stores.put(rollbackPrefix + rule.id, record);
  stores.publish(topics.replay, recordOf(n, key, { round: 1, original: opened.raw }));
}

function putLetter(stores: Stores, letter: DeadLetter): void {
  stores.put(indexKey(letter), indexValue(letter));
  stores.put(`dead-letters/by-id/${letter.id}`, letter as unknown as Json);
}
