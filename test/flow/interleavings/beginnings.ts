import { indexKey, indexValue } from '../../../src/dead-letter/index-key.ts';
import { afterFailure } from '../../../src/model/dead-letter.ts';
import type { Json } from '../../../src/model/json.ts';
import { contract, idOf, plan, receivedAt, recordOf, repairedEvent, rule } from './events.ts';
import type { Stores } from './stores.ts';

/** Ends the first event as a letter, or as a row by the rule, as the flow would have. */
export function endFirst(stores: Stores, as: 'letter' | 'row', key: number): void {
  const raw = recordOf(0, key).toString().split('\n')[1]!;
  const requestId = idOf(0);
  const of = { source: 'shop', contract: contract.name, version: contract.version };
  if (as === 'letter') {
    const reception = { request_id: requestId, received_at: receivedAt, raw, ...of };
    const why = { violations: [], reason: 'no healer knows a repair', code: 'no_repair_found', attempts: [] };
    const event = { ...reception, ...why, signature: 'a'.repeat(32) };
    const letter = afterFailure(undefined, event, new Date(receivedAt))!;
    stores.destination.settle({ rows: [], letters: [{ requestId, round: 0 }] });
    stores.put(indexKey(letter), indexValue(letter));
    stores.put(`dead-letters/by-id/${requestId}`, letter as unknown as Json);
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
}
