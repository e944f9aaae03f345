import { afterEach, beforeEach, describe, it } from 'vitest';
import {
  type Capability,
  type DestinationUnderTest,
  destinationConformance as conformance,
} from '../../src/conformance/destination.ts';

export { payments, row, settleRows } from '../../src/conformance/destination.ts';
export type { DestinationUnderTest };

/** The exported suite, with the functions of Vitest. */
export function destinationConformance(
  name: string,
  has: readonly Capability[],
  open: () => Promise<DestinationUnderTest>,
): void {
  conformance({ name, has, open }, { describe, it, beforeEach, afterEach });
}
