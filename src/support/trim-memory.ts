import type * as DuckDB from '@duckdb/node-api';
import { requirePackage } from './require-package.ts';

/**
 * Gives what the C library keeps of freed memory back to the system: some 100 MB after a busy time. Node has no way to `malloc_trim`;
 * DuckDB does it for the whole process with each change of its limit. Takes 0.1 s once, as the library is loaded, and some 10 ms
 * of CPU later.
 */
export async function trimMemory(): Promise<void> {
  if (process.platform !== 'linux') return;
  try {
    const { DuckDBInstance } = requirePackage<typeof DuckDB>('@duckdb/node-api');
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    await connection.run(`SET GLOBAL memory_limit = '16MiB'`);
    connection.closeSync();
    instance.closeSync();
  } catch {
    // Without the library, what was freed is used again later.
  }
}
