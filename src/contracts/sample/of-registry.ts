import { SentinelError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import type { ContractRegistry } from '../registry.ts';
import { sampleEvent } from './sample.ts';

/** `event` is null where no sample could be made; `reason` then says why, and what to add. */
export interface ContractSample {
  contract: string;
  version: string;
  event: JsonObject | null;
  reason?: string;
}

/** Of this version, or of the newest. Throws `not_found`. */
export function sampleOf(contracts: ContractRegistry, name: string, version?: string): ContractSample {
  const contract = version === undefined ? contracts.latest(name) : contracts.get(name, version);
  if (contract === undefined) {
    const wanted = [name, version].filter((part) => part !== undefined).join(' ');
    throw new SentinelError('not_found', `there is no contract ${wanted.slice(0, 80)}`);
  }
  const sample = sampleEvent(contract);
  const of = { contract: contract.name, version: contract.version };
  return sample.ok ? { ...of, event: sample.value } : { ...of, event: null, reason: sample.error };
}
