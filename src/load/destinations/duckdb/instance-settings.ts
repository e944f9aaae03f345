import { totalmem } from 'node:os';

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
