import type { PoolClient } from 'pg';
import { copyLines } from './copy-lines.ts';
import { isRowsFault } from './errors.ts';
import type { KnownTable } from './known-table.ts';
import type { Line } from './row-lines.ts';

/**
 * Copies new rows straight into their table, which costs the server half of what staging them costs. COPY takes all of its rows or
 * none, so where one of them may be there already, or is refused, they are staged.
 */
export class DirectCopies {
  /** Batches to be staged before the next try: a stream with duplicates has them in most of its batches. */
  #wait = 0;
  #nextWait = 1;

  /** `lines` in the order of their keys. False when nothing was written; after `SAVEPOINT part`, which stands again then. */
  async write(
    client: PoolClient,
    table: KnownTable,
    lines: readonly Line[],
    answerMs: number,
  ): Promise<boolean> {
    // What a trigger has changed is found by comparing the table with what was staged.
    if (table.checked !== undefined || repeatsKey(lines)) return false;
    if (this.#wait > 0) {
      this.#wait--;
      return false;
    }
    try {
      if ((await copyLines(client, table.copyDirectly, lines, answerMs)) === lines.length) {
        this.#nextWait = 1;
        return true;
      }
    } catch (error) {
      if (!isRowsFault(error)) throw error;
    }
    this.#wait = this.#nextWait;
    this.#nextWait = Math.min(this.#nextWait * 2, mostWait);
    await client.query('ROLLBACK TO SAVEPOINT part');
    return false;
  }
}

const mostWait = 64;

function repeatsKey(lines: readonly Line[]): boolean {
  for (let at = 1; at < lines.length; at++) {
    const { key } = lines[at]!;
    if (key !== undefined && key === lines[at - 1]!.key) return true;
  }
  return false;
}
