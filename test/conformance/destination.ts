import { describe } from 'vitest';
import { loadingConformance } from './destination/loading.ts';
import { repairsConformance } from './destination/repairs.ts';
import { settlingConformance } from './destination/settling.ts';
import type { DestinationUnderTest } from './destination/support.ts';
import { withdrawingConformance } from './destination/withdrawing.ts';

export { row, settleRows } from './destination/support.ts';
export type { DestinationUnderTest };

/** What every destination must do. */
export function destinationConformance(name: string, open: () => Promise<DestinationUnderTest>): void {
  describe(`destination ${name}`, () => {
    loadingConformance(open);
    repairsConformance(open);
    settlingConformance(open);
    withdrawingConformance(open);
  });
}
