import { totalmem } from 'node:os';
import type { DuckDBConnection } from '@duckdb/node-api';
import { literal } from './sql.ts';

export interface InstanceOptions {
  /**
   * Threads of a single statement. Default: 1. With 2 on 2 processors a load costs 1.3 to 1.6 times the CPU, as a
   * thread that waits for another one spins; several statements (a load, queries) run at the same time in any case.
   */
  threads?: number;
  /**
   * As DuckDB spells it, `2GB`. Default: half of the memory of the machine or container. DuckDB's own, four fifths, leaves
   * too little for Node when a query takes all of it.
   */
  memoryLimit?: string;
}
/**
 * With batches of 10,000 rows a load costs 14 µs of CPU a row instead of 16 at DuckDB's default of 16 MiB. Reading back
 * a log of 183 MB after a kill -9 takes 1.1 s.
 */
const checkpointThreshold = '256MiB';

function halfOfMemory(): string {
  // 0 without a limit.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return `${Math.floor(Math.min(totalmem(), limit) / 2 ** 21)}MiB`;
}

/** What a database is opened with. */
export function instanceSettings({
  threads = 1,
  memoryLimit = halfOfMemory(),
}: InstanceOptions): Record<string, string> {
  return {
    // No code from elsewhere.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    checkpoint_threshold: checkpointThreshold,
    threads: String(threads),
    memory_limit: memoryLimit,
  };
}

/**
 * Queries come from people and other services: they reach nothing outside the database file but `files`, those of the hand-over,
 * and the folder of exports, which only functions that no query may call can read (statement-check.ts).
 */
export async function confine(
  connection: DuckDBConnection,
  { files, folder }: { files: readonly string[]; folder: string | undefined },
): Promise<void> {
  await connection.run(`SET GLOBAL TimeZone = 'UTC'`);
  await connection.run(`SET GLOBAL allowed_paths = [${files.map(literal).join(', ')}]`);
  if (folder !== undefined) await connection.run(`SET GLOBAL allowed_directories = [${literal(folder)}]`);
  await connection.run(`SET GLOBAL enable_external_access = false`);
  // For givePagesBack (memory.ts).
  await connection.run(`SET GLOBAL allowed_configs = ['memory_limit', 'max_memory']`);
  // Last, as nothing else can be set after it.
  await connection.run(`SET GLOBAL lock_configuration = true`);
}
