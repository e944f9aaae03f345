import type { Contract } from '../contracts/contract.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import { type Json, type JsonObject, jsonType } from '../model/json.ts';
import { type Result, fail, ok } from '../model/result.ts';
import type { Violation } from '../model/violation.ts';

export interface ContractChoice {
  /** What each source sends, by source name. */
  sources: Readonly<Record<string, { contract?: string; version?: string }>>;
  /** The contract of an event whose source and `type` name none. */
  defaultContract: string;
  /** What becomes of an event whose version no contract has. */
  unknownVersion: 'dead_letter' | 'latest';
}

/** An event whose contract could not be told: no repair can help, a person must look. */
export interface UnknownContract {
  contract: string;
  version: string;
  violation: Violation;
}

/**
 * Which contract: the source's in the config, else the one that the event's `type` names, else the default.
 * Which version: the event's own, else the source's in the config; then as the registry resolves it.
 */
export function chooseContract(
  event: JsonObject,
  source: string,
  contracts: ContractRegistry,
  choice: ContractChoice,
): Result<Contract, UnknownContract> {
  const configured = Object.hasOwn(choice.sources, source) ? choice.sources[source] : undefined;
  const name = configured?.contract ?? contractOfType(event, contracts) ?? choice.defaultContract;
  const version = versionOf(event, name, contracts) ?? configured?.version;

  const resolved = contracts.resolve(name, version, choice.unknownVersion);
  if (resolved.ok) return ok(resolved.value);
  return fail({
    contract: name,
    version: typeof version === 'string' ? version.slice(0, 64) : 'unknown',
    violation: {
      path: resolved.error.code === 'unknown_contract' ? '/type' : '/version',
      code: resolved.error.code,
      message: resolved.error.message,
      expected:
        resolved.error.known.length > 0 ? `one of ${resolved.error.known.join(', ')}` : 'a known contract',
      found: version === undefined ? 'missing' : jsonType(version),
    },
  });
}

function contractOfType(event: JsonObject, contracts: ContractRegistry): string | undefined {
  const { type } = event;
  return typeof type === 'string' && contracts.latest(type) !== undefined ? type : undefined;
}

/** The event's own `version`, unless the contract declares that field as something that is no contract version. */
function versionOf(event: JsonObject, name: string, contracts: ContractRegistry): Json | undefined {
  if (!Object.hasOwn(event, 'version')) return undefined;
  const { version } = event;
  if (typeof version === 'string' && contractVersion.test(version)) return version;
  const declared = contracts.latest(name)?.columns.find((column) => column.name === 'version');
  return declared === undefined || declared.type.kind === 'string' ? version : undefined;
}

const contractVersion = /^\d+(\.\d+){0,2}$/;
