import type { Delivery } from '../../engine/engine.ts';
import { type Copy, type Retraction, readCopyMessage } from './message.ts';

export type Part =
  | { kind: 'copies'; copies: Copy[] }
  /** `again`: as `Delivery.again`. */
  | { kind: 'retracted'; retracted: Retraction[]; again: boolean };

/** A batch, cut where copies and retractions meet: a retraction is for what came before it, and not for what comes after. */
export function partsOf(batch: readonly Delivery[]): Part[] {
  const parts: Part[] = [];
  for (const { body, again = false } of batch) {
    const message = readCopyMessage(body);
    const last = parts.at(-1);
    if ('copy' in message) {
      if (last?.kind === 'copies') last.copies.push(message.copy);
      else parts.push({ kind: 'copies', copies: [message.copy] });
    } else if (last?.kind === 'retracted' && last.again === again) last.retracted.push(message.retracted);
    else parts.push({ kind: 'retracted', retracted: [message.retracted], again });
  }
  return parts;
}
