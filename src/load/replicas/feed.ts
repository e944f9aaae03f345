import type { FurtherDestination } from '../../config/load.ts';
import type { Engine, Message } from '../../engine/engine.ts';
import type { Row } from '../destination.ts';
import type { RepairTrail } from '../../model/loaded-event.ts';
import { type CopyHeader, type Retraction, copyTopic, encodeCopy, encodeRetraction } from './message.ts';

/** Makes the copies of events for the further destinations, where there are some. */
export interface CopyFeed {
  /** `raw`: the event as it was received. `put` is called for each destination that takes the row's event. */
  copy(row: Row, raw: string, put: (topic: string, body: Uint8Array) => void): void;
  /** See `Retraction`; to those who may have got a copy of the event. */
  retract(event: Retracted, put: (topic: string, body: Uint8Array) => void): void;
  /** Names of the destinations that take such events. */
  takers(contract: string, source: string): string[];
}

/** Undefined when there is nobody to copy for: then the hot path is spared the question. */
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
    retract({ request_id, contract, source, rule_id }, put) {
      for (const { topic } of of(contract, source)) put(topic, encodeRetraction({ request_id, rule_id }));
    },
    takers: (contract, source) => of(contract, source).map(({ name }) => name),
  };
}

export interface Retracted extends Retraction {
  contract: string;
  source: string;
}

/** Sends retractions; resolves when they are durable. */
export type Retract = (events: readonly Retracted[]) => Promise<void>;

export function createRetract(engine: Pick<Engine, 'publish'>, feed: CopyFeed): Retract {
  return async (events) => {
    const messages = new Map<string, Message[]>();
    const put = (topic: string, body: Uint8Array): void => {
      const mine = messages.get(topic);
      if (mine === undefined) messages.set(topic, [{ body }]);
      else mine.push({ body });
    };
    for (const event of events) feed.retract(event, put);
    await Promise.all([...messages].map(([topic, mine]) => engine.publish(topic, mine)));
  };
}

/** Sends a copy of what was retracted and is a row after all; resolves when it is durable. */
export function createCopyAgain(
  engine: Pick<Engine, 'publish'>,
  feed: CopyFeed,
): (header: CopyHeader, text: string) => Promise<void> {
  return async (header, text) => {
    const body = encodeCopy(header, text);
    const takers = feed.takers(header.contract, header.source);
    await Promise.all(takers.map((name) => engine.publish(copyTopic(name), [{ body }])));
  };
}

/** The event of a row in such a form that the row can be made anew from it. `raw`: the event as it was received. */
export function copyOf(row: Row, raw: string): { header: Omit<CopyHeader, 'replay'>; text: string } {
  const { requestId, receivedAt, source, headers, contract, contractVersion, repair, text } = row;
  const header = {
    request_id: requestId,
    received_at: receivedAt,
    source,
    headers,
    contract,
    version: contractVersion,
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
