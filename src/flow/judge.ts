import type { ContractRegistry } from '../contracts/registry.ts';
import type { Incoming } from '../ingest/record.ts';
import type { Row } from '../load/destination.ts';
import type { FixedEvent } from '../model/event.ts';
import type { PipelineMetrics } from '../observe/metrics.ts';
import type { RecentEvents } from '../repair/rules/recent-events.ts';
import type { Logger } from '../support/log.ts';
import type { Validate } from '../validate/stage.ts';
import type { Candidates } from './candidates.ts';
import type { Outbox } from './outbox.ts';
import { createParkedRows } from './parked-event.ts';
import { createRowMakers } from './row-makers.ts';
import { createSettleFixed } from './settle-fixed.ts';
import { createSettleVerdict } from './settle-verdict.ts';

/** Says which row an event makes, or sends it on its way: to the healers, or to the dead letters. */
export interface Judge {
  incoming(incoming: Incoming, outbox: Outbox): Row | undefined;
  fixed(fixed: FixedEvent, outbox: Outbox): Row | undefined;
  parked(body: Uint8Array, candidates: Candidates, outbox: Outbox): void;
}

export function createJudge(deps: {
  contracts: ContractRegistry;
  validate: Validate;
  /** Is shown the valid events. */
  recent?: Pick<RecentEvents, 'see'>;
  metrics: PipelineMetrics;
  log: Logger;
}): Judge {
  const { contracts, validate } = deps;
  const makeRow = createRowMakers();
  const settleVerdict = createSettleVerdict({ ...deps, makeRow });
  return {
    incoming(incoming, outbox) {
      const { header, requestId, event } = incoming;
      const { at: receivedAt, source, headers } = header;
      const verdict = validate(event, { requestId, receivedAt, source, headers });
      return settleVerdict(verdict, incoming, outbox);
    },
    fixed: createSettleFixed(contracts, makeRow),
    parked: createParkedRows(contracts),
  };
}
