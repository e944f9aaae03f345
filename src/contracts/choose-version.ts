import { type Json, jsonType } from '../model/json.ts';
import { type Result, fail, ok } from '../model/result.ts';
import type { Contract } from './contract.ts';
import { type Version, compareVersions, formatVersion, parseVersion } from './versions.ts';

/** Why an event's contract could not be told. `known`: the names, or the versions, that there are. */
export interface UnresolvedContract {
  code: 'unknown_contract' | 'unknown_contract_version';
  message: string;
  known: string[];
}

/** What becomes of an event whose version no contract has. */
export type UnknownVersionPolicy = 'dead_letter' | 'latest';

/** A version that an event may mean; one that could not be read has no contract. */
export interface Candidate {
  version: Version;
  contract: Contract | undefined;
}

/** The version of a contract that an event means: see `ContractRegistry.resolve`. `entries`: from the oldest to the newest. */
export function chosenFrom(
  name: string,
  entries: readonly Candidate[],
  version: Json | undefined,
  policy: UnknownVersionPolicy,
): Result<Candidate, UnresolvedContract> {
  if (version === undefined) return ok(entries[0]!);
  const exact = entries.find((entry) => entry.contract?.version === version);
  if (exact !== undefined) return ok(exact);
  const wanted = parseVersion(version);
  if (wanted === undefined) return fail(notAVersion(name, version, entries));
  const found =
    entries.find((entry) => compareVersions(entry.version, wanted) === 0) ??
    entries.findLast((entry) => entry.version[0] === wanted[0]) ??
    (policy === 'latest' ? entries.at(-1) : undefined);
  return found === undefined ? fail(unknownVersion(name, wanted, entries)) : ok(found);
}

function notAVersion(name: string, version: Json, entries: readonly Candidate[]): UnresolvedContract {
  const known = versionsOf(entries);
  const found = typeof version === 'string' ? 'other text' : `a JSON ${jsonType(version)}`;
  const message = `The version must be text like ${known.at(-1)}, found ${found}; ${name} has ${listed(known)}.`;
  return { code: 'unknown_contract_version', message, known };
}

function unknownVersion(name: string, wanted: Version, entries: readonly Candidate[]): UnresolvedContract {
  const known = versionsOf(entries);
  const message = `Contract ${name} has no version ${formatVersion(wanted)} (it has ${listed(known)}); add it, or correct the event's version.`;
  return { code: 'unknown_contract_version', message, known };
}

const versionsOf = (entries: readonly Candidate[]): string[] =>
  entries.map(({ version }) => formatVersion(version));

/** The first few of a list, for a message. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20).join(', ');
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown;
}
