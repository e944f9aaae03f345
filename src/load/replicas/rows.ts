import type { ContractRegistry } from '../../contracts/registry.ts';
import { parseExact } from '../../model/exact-json.ts';
import type { JsonObject } from '../../model/json.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import { fillEnvelope } from '../../validate/envelope.ts';
import type { Violation } from '../../model/violation.ts';
import type { Row } from '../destination.ts';
import { createRowMakers } from '../row.ts';
import type { CopyHeader } from './message.ts';

/**
 * Makes rows of copies. Each is validated again: the contract may have changed while it waited, and nothing passes to a
 * destination that its contract does not accept.
 */
export function createCopyRows(
  contracts: Pick<ContractRegistry, 'get'>,
): (copy: { header: Omit<CopyHeader, 'replay'>; text: string }, round?: number) => Result<Row, Violation[]> {
  const makeRow = createRowMakers();

  return ({ header, text }, round) => {
    const { request_id: requestId, received_at: receivedAt, source, headers } = header;
    const { contract: name, version, exact } = header;
    const contract = contracts.get(name, version);
    if (contract === undefined) return fail([unknownContract(name, version)]);
    const event = (exact === true ? parseExact(text) : JSON.parse(text)) as JsonObject;
    const known = source === 'unknown' ? undefined : source;
    const filled = fillEnvelope(event, contract, { requestId, receivedAt, source: known });
    const validation = contract.validate(event);
    if (!validation.ok) return fail(validation.violations);
    const { value } = validation;
    let { changed } = validation;
    for (const field of filled ?? []) changed = { ...changed, [field]: value[field]! };
    return ok(
      makeRow(contract, value, {
        requestId,
        round,
        receivedAt,
        source,
        headers,
        repair: header.repair,
        text: exact === true ? undefined : text,
        changed,
      }),
    );
  };
}

const unknownContract = (name: string, version: string): Violation => ({
  path: '',
  code: 'unknown_contract',
  message: `contract ${name} ${version} is not here any more; bring it back and replay the event`,
  expected: 'a contract that exists here',
  found: 'object',
});
