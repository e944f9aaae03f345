import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DestinationConfig, FurtherDestination } from '../../src/config/types.ts';
import type { OnRepeat } from '../../src/contracts/contract.ts';
import { defineContract } from '../../src/contracts/index.ts';
import { checkDestinations } from '../../src/load/check-destinations.ts';
import { z } from 'zod';

const module = (capabilities: string): string => `
  import { defineDestination, z } from 'data-sentinel';
  export default defineDestination({ settings: z.object({}), ${capabilities} open: async () => { throw new Error('not opened'); } });`;

const contracts = (onRepeat: OnRepeat) => ({
  all: () => [
    defineContract({
      name: 'order',
      version: '1.0.0',
      key: 'id',
      onRepeat,
      schema: z.object({ id: z.string() }),
    }),
  ],
});

describe('destinations and the contracts that they take', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sentinel-destinations-'));
    await writeFile(join(folder, 'plain.ts'), module(''));
    await writeFile(join(folder, 'repeats.ts'), module('capabilities: { repeats: true },'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const own = (file: string): DestinationConfig => ({
    type: 'module',
    module: join(folder, file),
    base: folder,
    at: 'destination',
    settings: {},
  });
  const duckdb = { type: 'duckdb' } as DestinationConfig;

  it('refuses a contract whose repeats replace where a destination of the own would keep the first', async () => {
    const plain = { destination: own('plain.ts'), destinations: [] };
    await expect(checkDestinations(plain, contracts('replace'))).rejects.toThrow(
      'the destination can\'t replace rows, as contract order asks for (`onRepeat: "replace"`): take another policy, or build it and declare `capabilities: { repeats: true }`',
    );
    const further = { ...own('plain.ts'), name: 'lake' } as FurtherDestination;
    const copies = { destination: duckdb, destinations: [further] };
    await expect(checkDestinations(copies, contracts('replace'))).rejects.toThrow(
      /the destination lake can't replace/,
    );
    const others = { destination: duckdb, destinations: [{ ...further, contracts: [] }] };
    await expect(checkDestinations(others, contracts('replace'))).resolves.toBeUndefined();
  });

  it('takes it where the destination says that it can, and other policies everywhere', async () => {
    await checkDestinations({ destination: own('repeats.ts'), destinations: [] }, contracts('replace'));
    for (const policy of ['keep', 'history'] as const)
      await checkDestinations({ destination: own('plain.ts'), destinations: [] }, contracts(policy));
  });
});
