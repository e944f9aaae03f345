import { expect, it } from 'vitest';
import type { Delivery } from '../../src/engine/engine.ts';
import { encodeRecord } from '../../src/ingest/record.ts';
import { createRequestIds, requestIdsFrom } from '../../src/ingest/request-id.ts';
import { createSecondDeliveries } from '../../src/flow/second-deliveries.ts';

const nextId = createRequestIds();
const startedAt = 1000;

function delivery(at: number, n = 1, again?: true): { id: string; delivery: Delivery } {
  const id = nextId(n);
  const position = { partition: 'main', offset: 0 };
  const body = encodeRecord({ id, at, n }, Array.from({ length: n }, () => '{}').join('\n'));
  return { id, delivery: { body, events: n, position, attempt: 1, ...(again && { again }) } };
}

it('in an ordered queue they are what was received before the start, until a batch of newer ones', () => {
  const copiesAmong = createSecondDeliveries({ ordered: true, startedAt });
  const [old, fresh, late] = [delivery(1000, 2), delivery(1001), delivery(999)];
  const idAt = requestIdsFrom(old.id);
  expect(copiesAmong([old.delivery, fresh.delivery])).toEqual([
    { requestId: idAt(0), receivedAt: 1000, replay: undefined },
    { requestId: idAt(1), receivedAt: 1000, replay: undefined },
  ]);
  expect(copiesAmong([fresh.delivery])).toEqual([]);
  expect(copiesAmong([late.delivery])).toEqual([]);
});

it('in a long backlog only its first part can have been under way', () => {
  const copiesAmong = createSecondDeliveries({ ordered: true, startedAt });
  const part = delivery(1, 100_000).delivery;
  expect([1, 2, 3].map(() => copiesAmong([part]).length)).toEqual([100_000, 100_000, 0]);
});

it('where workers share the queue they are what comes again', () => {
  const copiesAmong = createSecondDeliveries({ ordered: false, startedAt });
  const [old, again] = [delivery(1), delivery(2000, 1, true)];
  for (let round = 0; round < 2; round++)
    expect(copiesAmong([old.delivery, again.delivery])).toEqual([
      { requestId: again.id, receivedAt: 2000, replay: undefined },
    ]);
});
