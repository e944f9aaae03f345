import { SentinelError } from '../model/errors.ts';
import { type Json, jsonType } from '../model/json.ts';
import type { Table } from '../load/destination.ts';
import { type Result, fail, ok } from '../model/result.ts';
import type { Contract } from './contract.ts';
import { tablesOf } from './tables.ts';
import { upgraded } from './upgrade.ts';
import { type Version, compareVersions, formatVersion, parseVersion } from './versions.ts';

/** Why an event's contract could not be told. `known`: the names, or the versions, that there are. */
export interface UnresolvedContract {
  code: 'unknown_contract' | 'unknown_contract_version';
  message: string;
  known: string[];
}

/** What becomes of an event whose version no contract has. */
export type UnknownVersionPolicy = 'dead_letter' | 'latest';

interface Entry {
  version: Version;
  /** As its events are judged: those of a version that is upgraded become events of a newer one. */
  contract: Contract;
  /** As it was registered. */
  own: Contract;
}

/** A version that an event may mean; one that could not be read has no contract. */
type Candidate = Pick<Entry, 'version'> & { contract: Contract | undefined };

/** All contracts of a running service, by name and version. */
export class ContractRegistry {
  /** Per name, oldest version first; never empty. */
  readonly #byName = new Map<string, Entry[]>();
  /** Versions that could not be read. */
  readonly #broken = new Map<string, Version[]>();

  /**
   * Throws `contract_invalid` when the name and version are taken (unless `override`), when another contract has
   * the same table, or when the version is not `major.minor.patch`.
   */
  register(contract: Contract, options: { override?: boolean } = {}): void {
    const version = parseVersion(contract.version);
    if (version === undefined || formatVersion(version) !== contract.version) {
      throw invalid(`contract ${contract.name}: version must be major.minor.patch, like 1.0.0`);
    }
    this.#refuseSharedTable(contract);
    const others = this.#byName.get(contract.name) ?? [];
    const taken = others.some((entry) => entry.contract.version === contract.version);
    if (taken && options.override !== true) {
      throw invalid(
        `contract ${contract.name} ${contract.version} is defined twice: change the version of one, or remove it`,
      );
    }
    const given = others.filter((entry) => entry.contract.version !== contract.version);
    given.push({ version, contract, own: contract });
    given.sort((a, b) => compareVersions(a.version, b.version));
    const entries = withUpgrades(given);
    // Before it is taken: versions that disagree on a column would only be found out at the destination.
    tablesOf(entries.map((entry) => entry.contract));
    this.#byName.set(contract.name, entries);
  }

  /**
   * A version that could not be read: its events wait for a person, and are not judged by another one. Without a version
   * that is one, the name counts as broken unless it has versions that are sound.
   */
  markBroken(name: string, version: string | undefined): void {
    const versions = this.#broken.get(name) ?? [];
    this.#broken.set(name, versions);
    const parsed = parseVersion(version);
    if (parsed !== undefined) versions.push(parsed);
  }

  /** Whether there is a contract of this name, be it one that could not be read. */
  knows(name: string): boolean {
    return this.#byName.has(name) || this.#broken.has(name);
  }

  get(name: string, version: string): Contract | undefined {
    return this.#byName.get(name)?.find((entry) => entry.contract.version === version)?.contract;
  }

  /** As it was registered, whatever becomes of its events. */
  registered(name: string, version: string): Contract | undefined {
    return this.#byName.get(name)?.find(({ own }) => own.version === version)?.own;
  }

  allRegistered(): Contract[] {
    return [...this.#byName.values()].flatMap((entries) => entries.map(({ own }) => own));
  }

  /** Sorted by name, then from the oldest version to the newest. */
  all(): Contract[] {
    const names = [...this.#byName.keys()].toSorted();
    return names.flatMap((name) => this.#byName.get(name)?.map((entry) => entry.contract) ?? []);
  }

  latest(name: string): Contract | undefined {
    return this.#byName.get(name)?.at(-1)?.contract;
  }

  /**
   * The contract of an event: the exact version, else the newest of the same major, else (policy `latest`) the
   * newest. No version at all means the oldest: its sender predates versioning. `version` is the sender's text,
   * `1` and `1.0` mean `1.0.0`; what is no version at all is unknown under either policy.
   */
  resolve(
    name: string,
    version: Json | undefined,
    policy: UnknownVersionPolicy,
  ): Result<Contract, UnresolvedContract> {
    const sound = this.#byName.get(name);
    const broken = this.#broken.get(name) ?? [];
    if (sound === undefined)
      return fail(this.#broken.has(name) ? this.#brokenContract(name) : this.#unknownContract());
    const lacking = broken.filter((of) => !sound.some((entry) => compareVersions(entry.version, of) === 0));
    const entries: readonly Candidate[] =
      lacking.length === 0
        ? sound
        : [...sound, ...lacking.map((of) => ({ version: of, contract: undefined }))].toSorted((a, b) =>
            compareVersions(a.version, b.version),
          );
    const chosen = chosenFrom(name, entries, version, policy);
    if (!chosen.ok) return fail(chosen.error);
    const { contract } = chosen.value;
    return contract === undefined ? fail(this.#brokenContract(name)) : ok(contract);
  }

  /** One table for each contract, for the destination. Throws `contract_invalid` when two versions disagree. */
  tables(): Table[] {
    return tablesOf(this.all());
  }

  #refuseSharedTable(contract: Contract): void {
    for (const [name, entries] of this.#byName) {
      // Destinations do not all tell `Orders` from `orders`.
      const isSame = entries.some(
        (entry) => entry.contract.table.toLowerCase() === contract.table.toLowerCase(),
      );
      if (isSame && name !== contract.name) {
        throw invalid(
          `contracts ${name} and ${contract.name} have the same table ${contract.table}: give one another \`table\``,
        );
      }
    }
  }

  #brokenContract(name: string): UnresolvedContract {
    const message = `Contract ${name} can't be read: mend it (sentinel contracts list says what is wrong), then replay this event.`;
    return { code: 'unknown_contract', message, known: [...this.#byName.keys()].toSorted() };
  }

  #unknownContract(): UnresolvedContract {
    const known = [...this.#byName.keys()].toSorted();
    const names = known.length === 0 ? 'there are none yet' : `known: ${listed(known)}`;
    // The name may come from the event, so the message does not repeat it.
    const message = `No contract has the name that this event's source or type gives (${names}); add the contract or correct the name.`;
    return { code: 'unknown_contract', message, known };
  }
}

/** From the newest to the oldest, as an upgrade may lead to a version that is upgraded itself. */
function withUpgrades(entries: readonly Entry[]): Entry[] {
  const linked = new Map<string, Contract>();
  for (const { own } of entries.toReversed()) {
    const next = entries.find((entry) => entry.own.upgrade?.from === own.version)?.own;
    const target = next === undefined ? undefined : linked.get(next.version);
    linked.set(own.version, target === undefined ? own : upgraded(own, target));
  }
  return entries.map((entry) => ({ ...entry, contract: linked.get(entry.own.version)! }));
}

function chosenFrom(
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
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20).join(', ');
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown;
}

const invalid = (message: string): SentinelError => new SentinelError('contract_invalid', message);
