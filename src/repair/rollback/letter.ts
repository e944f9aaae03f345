import type { Contract } from '../../contracts/contract.ts';
import type { UnrecoverableEvent } from '../../model/event.ts';
import { parseExact } from '../../model/exact-json.ts';
import type { JsonObject } from '../../model/json.ts';
import type { WithdrawnEvent } from '../../load/withdraw.ts';
import type { Plan } from '../../model/plan.ts';
import { fillEnvelope } from '../../validate/envelope.ts';
import { errorSignature } from '../../validate/signature.ts';

/** The event of a row that was withdrawn, as the dead letters keep it: as it was received, and what was done to it. */
export function takenBack(
  withdrawn: WithdrawnEvent,
  contract: Contract | undefined,
  why: string,
): UnrecoverableEvent {
  const { requestId, receivedAt, withdrawnAt, contract: name, version, source, headers, repair } = withdrawn;
  const { healer, ruleId, original, plan } = repair;
  const event = parseExact(original) as JsonObject;
  if (contract !== undefined) fillEnvelope(event, contract, { requestId, receivedAt, source });
  const validation = contract?.validate(event);
  const violations = validation?.ok === false ? validation.violations : [];
  const jsonSchema = contract?.jsonSchema ?? {};
  const rule = ruleId === undefined ? undefined : { rule_id: ruleId };
  return {
    request_id: requestId,
    received_at: receivedAt,
    source,
    ...(headers === undefined ? undefined : { headers }),
    contract: name,
    version,
    signature: errorSignature({ contract: name, version, source, violations, event, jsonSchema }),
    violations,
    raw: original,
    reason: `rule ${ruleId} had repaired it and was rolled back (${why}); replay it with an edit, or once another rule is for it`,
    code: 'rolled_back',
    attempts: [
      {
        healer,
        at: new Date(withdrawnAt).toISOString(),
        reason: `loaded with this plan, and taken back out: ${why}`,
        ...rule,
        plan: JSON.parse(plan) as Plan,
      },
    ],
  };
}
