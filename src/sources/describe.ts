import type { SourceConfig } from '../config/types.ts';
import { presets } from './verify/presets.ts';

/** A source's settings for people; no secret is in it. */
export function describeSource({ verify, contract, id }: SourceConfig) {
  const preset = verify && presets.get(verify.type);
  return {
    verified_by: verify?.type ?? 'key',
    contract: typeof contract === 'object' ? `from ${contract.from}` : (contract ?? 'by its type'),
    delivery_id: id ?? [preset?.id ?? []].flat().join(', '),
  };
}
