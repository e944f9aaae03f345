import type { Contract } from '../../api/types.ts';

export interface ContractVersions {
  name: string;
  /** Newest first. */
  versions: readonly Contract[];
  newest: Contract;
}

export function byName(contracts: readonly Contract[]): ContractVersions[] {
  const names = [...new Set(contracts.map(({ name }) => name))].toSorted();
  return names.map((name) => {
    const versions = contracts
      .filter((one) => one.name === name)
      .toSorted((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }));
    return { name, versions, newest: versions[0]! };
  });
}
