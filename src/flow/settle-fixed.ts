import { brokenBy } from '../contracts/fence.ts';
import { quarantined } from '../contracts/undeclared.ts';
import { parseJson } from '../model/exact-json.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import type { FailedEvent, FixedEvent } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { Row } from '../load/destination.ts';
import { errorSignature } from '../validate/signature.ts';
import type { Violation } from '../model/violation.ts';
import type { Outbox } from './outbox.ts';
import type { MakeRow } from '../load/row.ts';

/**
 * Validates an event again that a healer has repaired, and makes its row. When the contract has changed since,
 * the event takes the way of any failed one again.
 */
export type SettleFixed = (fixed: FixedEvent, outbox: Outbox) => Row | undefined;

export function createSettleFixed(contracts: ContractRegistry, makeRow: MakeRow): SettleFixed {
  return (fixed, outbox) => {
    const contract = contracts.get(fixed.contract, fixed.version);
    const validation = contract?.validate(fixed.event);
    if (contract === undefined || validation?.ok !== true) {
      const violations = validation?.ok === false ? validation.violations : [];
      const broken = brokenBy(violations);
      const failed = failedAgain(fixed, violations, contract?.jsonSchema ?? {});
      if (broken !== undefined)
        outbox.unrecoverable({ ...failed, reason: broken.message, code: broken.code, attempts: [] });
      else outbox.failed(failed);
      return undefined;
    }
    const { value, changed } = validation;
    const waits = quarantined(contract, value);
    if (waits !== undefined) {
      const failed = failedAgain(fixed, [waits], contract.jsonSchema);
      outbox.unrecoverable({ ...failed, reason: waits.message, code: waits.code, attempts: [] });
      return undefined;
    }
    if (outbox.wants(contract)) outbox.valid(fixed, contract, value);
    const text = JSON.stringify(fixed.event);
    const { request_id: requestId, received_at: receivedAt, source, headers } = fixed;
    const repair = {
      healer: fixed.healer,
      ruleId: fixed.rule_id,
      original: fixed.replay?.original ?? fixed.raw,
      plan: JSON.stringify(fixed.plan),
      result: text,
    };
    const round = fixed.replay?.round;
    return makeRow(contract, value, { requestId, round, receivedAt, source, headers, repair, text, changed });
  };
}

function failedAgain(
  { request_id, received_at, source, headers, contract, version, raw, replay, trace }: FixedEvent,
  violations: Violation[],
  jsonSchema: JsonObject,
): FailedEvent {
  const failed = { contract, version, source, violations };
  const event = parseJson(raw) as JsonObject;
  const signature = errorSignature({ ...failed, event, jsonSchema });
  return { ...failed, request_id, received_at, headers, signature, raw, replay, trace };
}
