import { expect, it } from 'vitest';
import { takeOver } from './taken-over.ts';

it.each([1, 2])(
  'a DuckDB file and a data folder of the version before are taken over, at start %i',
  async (starts) => {
    const { wanted, found, counts, pauses, rules } = await takeOver('duckdb', { starts });
    expect(found).toEqual(wanted);
    expect(counts).toMatchObject({ loaded: 9, repaired: 5, duplicate: 2 });
    expect(pauses).toBe(2);
    expect(rules.found).toEqual(rules.wanted);
  },
);
