import type { Contract } from '../../contracts/contract.ts';
import type { FailedEvent } from '../../model/event.ts';
import type { JsonObject } from '../../model/json.ts';
import { readEvent } from './read-event.ts';
import type { Refusal } from './refusals.ts';

export type RefusalReader = (signature: string) => Promise<Refusal | undefined>;

/** A flood of equal failures reads the state once a batch. */
export function oncePerSignature(read: RefusalReader): RefusalReader {
  const known = new Map<string, ReturnType<RefusalReader>>();
  return (signature) => {
    const reading = known.get(signature) ?? read(signature);
    known.set(signature, reading);
    return reading;
  };
}

export type PeerReader = (failed: FailedEvent, contract: Contract) => readonly JsonObject[];

/** How many events of one signature the heuristics are shown beside each other. */
const maxPeers = 200;

/** The events of a batch that fail in the same way, the asked one among them; read when the first of them asks. */
export function peersAmong(events: readonly FailedEvent[]): PeerReader {
  const bySignature = new Map<string, FailedEvent[]>();
  for (const failed of events) {
    const alike = bySignature.get(failed.signature) ?? [];
    if (alike.length < maxPeers) alike.push(failed);
    bySignature.set(failed.signature, alike);
  }
  const read = new Map<string, readonly JsonObject[]>();
  return ({ signature }, contract) => {
    const known = read.get(signature);
    if (known !== undefined) return known;
    const peers = (bySignature.get(signature) ?? []).map((failed) => readEvent(failed, contract));
    read.set(signature, peers);
    return peers;
  };
}
