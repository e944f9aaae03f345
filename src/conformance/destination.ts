import { backfillConformance } from './backfill.ts';
import { expect } from './expect.ts';
import { loadingConformance } from './loading.ts';
import { originalsConformance } from './originals.ts';
import { erasingConformance } from './erasing.ts';
import { repairsConformance } from './repairs.ts';
import { repeatsConformance } from './repeats.ts';
import { searchConformance } from './searching.ts';
import { letterTableConformance } from './letter-table.ts';
import { settlingConformance } from './settling.ts';
import type { Capability, DestinationUnderTest, Suite, TestFunctions } from './subject.ts';
import { withdrawingConformance } from './withdrawing.ts';

export { payments, row, settleRows, statuses } from './subject.ts';
export type { Capability, DestinationUnderTest, TestFunctions };

/** Those that are members of the port. */
const capabilities: readonly Exclude<Capability, 'repeats'>[] = [
  'counts',
  'marked',
  'repairs',
  'withdraw',
  'originals',
  'erasing',
  'search',
  'query',
  'backfill',
  'letterTable',
];

/**
 * What every destination must do, as tests. `test` holds the functions of a test runner: those of `node:test`, Vitest and
 * Jest fit. `has` names the capabilities that the destination has beside `prepare`, `settle`, `find` and `close`.
 */
export function destinationConformance(
  {
    name,
    has = [],
    open,
  }: { name: string; has?: readonly Capability[]; open: () => Promise<DestinationUnderTest> },
  test: TestFunctions,
): void {
  const suite: Suite = { ...test, open, has: (capability) => has.includes(capability) };
  test.describe(`destination ${name}`, () => {
    test.it('has the capabilities that it is tested for', async () => {
      const { destination, cleanup } = await open();
      try {
        const found = capabilities.filter((each) => destination[each] !== undefined);
        expect(found).toEqual(capabilities.filter((each) => has.includes(each)));
      } finally {
        await cleanup();
      }
    });
    test.it('answers a ping, if it takes one', async () => {
      const { destination, cleanup } = await open();
      try {
        await destination.ping?.();
      } finally {
        await cleanup();
      }
    });
    loadingConformance(suite);
    settlingConformance(suite);
    if (suite.has('repeats')) repeatsConformance(suite);
    if (suite.has('repairs')) repairsConformance(suite);
    if (suite.has('withdraw')) withdrawingConformance(suite);
    if (suite.has('originals')) originalsConformance(suite);
    if (suite.has('erasing')) erasingConformance(suite);
    if (suite.has('search')) searchConformance(suite);
    if (suite.has('backfill')) backfillConformance(suite);
    if (suite.has('letterTable')) letterTableConformance(suite);
  });
}
