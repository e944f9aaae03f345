import type { Row } from '../destination.ts';

/** Table, contract and version of each row, once, as `spell` writes them: who has written which table. */
export function writersOf(
  rows: readonly Row[],
  spell: (table: string, contract: string, version: string) => string,
): string[] {
  const writers = new Set<string>();
  let last: Row | undefined;
  for (const row of rows) {
    // Most rows are of the same contract as the one before.
    const { table, contract, contractVersion } = row;
    if (table === last?.table && contract === last.contract && contractVersion === last.contractVersion)
      continue;
    writers.add(spell(table, contract, contractVersion));
    last = row;
  }
  return [...writers];
}
