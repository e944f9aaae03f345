import { Outgoing } from '../../engine/outgoing.ts';
import type { FurtherDestination } from '../../config/load.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Row } from '../destination.ts';
import type { RepairTrail } from '../../model/loaded-event.ts';
import { type CopyHeader, type Withdrawal, copyTopic, encodeCopy, encodeWithdrawal } from './message.ts';

/** Makes the copies of events for the further destinations, where there are some. */
export interface CopyFeed {
  /** `raw`: the event as it was received. `put` is called for each destination that takes the row's event. */
  copy(row: Row, raw: string, put: (topic: string, body: Uint8Array) => void): void;
  /** See `Withdrawal`; to those who may have got a copy of the event. */
  withdraw(event: WithdrawnFrom, put: (topic: string, body: Uint8Array) => void): void;
  /** Names of the destinations that take such events. */
  takers(contract: string, source: string): string[];
}

/** Undefined without further destinations, which spares the hot path the question. */
export function createCopyFeed(destinations: readonly FurtherDestination[]): CopyFeed | undefined {
  if (destinations.length === 0) return undefined;
  const takers = destinations.map(({ name, contracts, sources }) => ({
    name,
    topic: copyTopic(name),
    contracts: contracts && new Set(contracts),
    sources: sources && new Set(sources),
  }));
  const of = (contract: string, source: string) =>
    takers.filter(
      (taker) => taker.contracts?.has(contract) !== false && taker.sources?.has(source) !== false,
    );

  return {
    copy(row, raw, put) {
      const topics = of(row.contract, row.source);
      if (topics.length === 0) return;
      const { header, text } = copyOf(row, raw);
      const body = encodeCopy(header, text);
      for (const { topic } of topics) put(topic, body);
    },
    withdraw({ request_id, round, contract, source }, put) {
      for (const { topic } of of(contract, source)) put(topic, encodeWithdrawal({ request_id, round }));
    },
    takers: (contract, source) => of(contract, source).map(({ name }) => name),
  };
}

export interface WithdrawnFrom extends Withdrawal {
  contract: string;
  source: string;
}

/** Tells the further destinations what the main one has withdrawn; resolves when the messages are durable. */
export type TellWithdrawn = (events: readonly WithdrawnFrom[]) => Promise<void>;

export function createTellWithdrawn(engine: Pick<Engine, 'publish'>, feed: CopyFeed): TellWithdrawn {
  return async (events) => {
    const messages = new Outgoing();
    for (const event of events) feed.withdraw(event, messages.add);
    await messages.publish(engine);
  };
}

/** The event of a row in such a form that the row can be made anew from it. `raw`: the event as it was received. */
export function copyOf(row: Row, raw: string): { header: Omit<CopyHeader, 'replay'>; text: string } {
  const { requestId, round = 0, receivedAt, source, headers, contract, contractVersion, repair, text } = row;
  const header = {
    request_id: requestId,
    received_at: receivedAt,
    source,
    headers,
    contract,
    version: contractVersion,
    ...(round === 0 ? undefined : { round }),
    // Without a text of its own the event holds numbers that only its raw text holds.
    ...(repair !== undefined || text === undefined ? { exact: true as const } : undefined),
    ...(repair === undefined ? undefined : { repair: plainTrail(repair) }),
  };
  return { header, text: repair?.result ?? text ?? raw };
}

/** A trail may make its result only when it is asked for. */
function plainTrail({ healer, ruleId, original, plan, result, byHand }: RepairTrail): RepairTrail {
  return { healer, ruleId, original, plan, result, ...(byHand === undefined ? undefined : { byHand }) };
}
