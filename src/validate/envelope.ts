import type { Contract } from '../contracts/contract.ts';
import type { KeptHeaders } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';

/** What is known of an event from its reception. */
export interface EnvelopeFacts {
  requestId: string;
  /** Milliseconds since 1970, UTC. */
  receivedAt: number;
  /** The name in `/ingest/{source}`, when there was one. */
  source: string | undefined;
  /** Headers that were kept with it. */
  headers?: KeptHeaders;
  /** The pointer at which the settings look for events, when this one was not found there. */
  notAt?: string;
}

/**
 * Fills the envelope fields that the contract lets the gatekeeper fill, from facts that were fixed at ingest: a
 * redelivered event gets the same id and time again. Writes into `event`, and only absent fields; returns their names.
 */
export function fillEnvelope(
  event: JsonObject,
  contract: Contract,
  facts: EnvelopeFacts,
): readonly string[] | undefined {
  let filled: string[] | undefined;
  for (const { field, from } of contract.envelopeDefaults) {
    if (Object.hasOwn(event, field)) continue;
    if (from === 'request_id') event[field] = facts.requestId;
    else if (from === 'received_at') event[field] = new Date(facts.receivedAt).toISOString();
    else if (facts.source !== undefined) event[field] = facts.source;
    else continue;
    (filled ??= []).push(field);
  }
  return filled;
}

/** The sender's name: the path's, else what the event says of itself. */
export function sourceOf(event: JsonObject, pathSource: string | undefined): string {
  if (pathSource !== undefined) return pathSource;
  const { source } = event;
  return typeof source === 'string' && source.trim() !== '' ? source.slice(0, maxSourceLength) : 'unknown';
}

const maxSourceLength = 64;
