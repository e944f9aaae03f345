import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckDb } from '../../../src/load/destinations/duckdb/index.ts';
import { searchConformance } from '../../conformance/destination-search.ts';

searchConformance('duckdb', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-duckdb-search-'));
  const path = join(dir, 'warehouse.duckdb');
  let destination = await openDuckDb({ path });
  return {
    destination,
    async reopen() {
      await destination.close();
      return (destination = await openDuckDb({ path }));
    },
    rows: async () => [],
    async cleanup() {
      await destination.close();
      await rm(dir, { recursive: true });
    },
  };
});
