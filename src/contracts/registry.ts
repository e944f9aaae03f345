import { SentinelError } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import type { Table } from '../load/destination.ts';
import { type Result, fail, ok } from '../model/result.ts';
import {
  type Candidate,
  type UnknownVersionPolicy,
  type UnresolvedContract,
  chosenFrom,
  listed,
} from './choose-version.ts';
import type { Contract } from './contract.ts';
import { tablesOf } from './tables.ts';
import { upgraded } from './upgrade.ts';
import { type Version, compareVersions, formatVersion, parseVersion } from './versions.ts';

interface Entry {
  version: Version;
  /** As its events are judged: those of a version that is upgraded become events of a newer one. */
  contract: Contract;
  /** As it was registered. */
  own: Contract;
}

/** All contracts of a running service, by name and version. */
export class ContractRegistry {
  /** Per name, oldest version first; never empty. */
  readonly #byName = new Map<string, Entry[]>();
  /** The name of the contract that has a table, by the table's name in lower case. */
  readonly #ofTable = new Map<string, string>();
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
    const taken = others.find((entry) => entry.contract.version === contract.version);
    if (taken !== undefined && options.override !== true) {
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
    if (taken !== undefined) this.#ofTable.delete(taken.contract.table.toLowerCase());
    this.#ofTable.set(contract.table.toLowerCase(), contract.name);
  }

  /** Takes a version out again, of which another file says something else: neither is known to be meant. */
  withdraw({ name, version, table }: Contract): void {
    const left = (this.#byName.get(name) ?? []).filter(({ own }) => own.version !== version);
    if (left.length > 0) {
      this.#byName.set(name, withUpgrades(left));
      return;
    }
    this.#byName.delete(name);
    this.#ofTable.delete(table.toLowerCase());
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
    const broken = this.#broken.get(name);
    if (sound === undefined)
      return fail(this.#broken.has(name) ? this.#brokenContract(name) : this.#unknownContract());
    const chosen = chosenFrom(
      name,
      broken === undefined ? sound : withBroken(sound, broken),
      version,
      policy,
    );
    if (!chosen.ok) return fail(chosen.error);
    const { contract } = chosen.value;
    return contract === undefined ? fail(this.#brokenContract(name)) : ok(contract);
  }

  /** One table for each contract, for the destination. Throws `contract_invalid` when two versions disagree. */
  tables(): Table[] {
    return tablesOf(this.all());
  }

  /** Destinations do not all tell `Orders` from `orders`. */
  #refuseSharedTable({ name, table }: Contract): void {
    const other = this.#ofTable.get(table.toLowerCase());
    if (other !== undefined && other !== name)
      throw invalid(
        `contracts ${other} and ${name} have the same table ${table}: give one another \`table\``,
      );
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

const invalid = (message: string): SentinelError => new SentinelError('contract_invalid', message);

/** The versions that could not be read stand among the others, and hold their places. */
function withBroken(sound: readonly Entry[], broken: readonly Version[]): Candidate[] {
  const lacking = broken.filter((of) => !sound.some((entry) => compareVersions(entry.version, of) === 0));
  return [...sound, ...lacking.map((of) => ({ version: of, contract: undefined }))].toSorted((a, b) =>
    compareVersions(a.version, b.version),
  );
}
