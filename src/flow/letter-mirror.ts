import { maskAll, maskPrivate } from '../contracts/pii.ts';
import type { Contract } from '../contracts/contract.ts';
import { type IndexValue, idOf, indexPrefix, readIndexKey } from '../dead-letter/index-key.ts';
import type { DeadLetterStore } from '../dead-letter/store.ts';
import type { StateStore } from '../engine/engine.ts';
import type { Lease, Leases } from '../engine/lease.ts';
import { type LetterRow, type LetterTable, letterRow, letterVersion } from '../load/letter-table.ts';
import type { DeadLetter } from '../model/dead-letter.ts';
import { isRetryable } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import type { Logger } from '../support/log.ts';
import { pause } from '../support/retry.ts';

export interface MirrorParts {
  table: LetterTable;
  state: StateStore;
  letters: Pick<DeadLetterStore, 'get'>;
  contracts: { get(name: string, version: string): Pick<Contract, 'pii'> | undefined };
  leases: Leases;
  log: Logger;
}

const leaseMs = 30_000;
const everyMs = 500;
/** Letters of one write; fewer where they are long. For a destination whose writes are expensive, more. */
const sliceLength = 1000;
const longSlice = 2000;
const readAtOnce = 100;
/** Characters of events in one write, about. */
const sliceText = 4_000_000;
const longestWaitMs = 30_000;
/** All letters are compared so often, in case a change went unnoticed. */
const compareEveryMs = 600_000;
/** With more changes than that, comparing all letters is less work. */
const mostChanged = 50_000;

/**
 * Keeps `_sentinel_dead_letters` in step with the letters. Changed letters are written in slices, as they are at that moment, so a
 * change that is reported twice or late does no harm; at the start, and every ten minutes, all are compared by their versions. In
 * a cluster one worker does it.
 */
export class LetterMirror {
  readonly #parts: MirrorParts;
  readonly #changed = new Set<string>();
  readonly #closing = new AbortController();
  readonly #stopWatching: () => void;
  readonly #running: Promise<void>;
  #comparedAt = -Infinity;

  constructor(parts: MirrorParts) {
    this.#parts = parts;
    this.#stopWatching = parts.state.watch(indexPrefix, ({ key }) => {
      this.#changed.add(idOf(key));
      if (this.#changed.size <= mostChanged) return;
      this.#changed.clear();
      this.#comparedAt = -Infinity;
    });
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    this.#stopWatching();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let waitMs = everyMs;
    let lease: Lease | undefined;
    while (!signal.aborted) {
      try {
        if (lease === undefined || !(await lease.renew())) {
          lease = await this.#parts.leases.take('letter-mirror', leaseMs);
          this.#comparedAt = -Infinity;
        }
        if (lease !== undefined) await this.#follow(signal);
        waitMs = everyMs;
      } catch (error) {
        // The loader reports a destination that is unavailable; any other fault of the table is reported only here.
        const level = isRetryable(error) ? 'debug' : 'warn';
        if (waitMs === everyMs)
          this.#parts.log[level](
            { err: error, code: 'letter_table_waits' },
            'the table of dead letters cannot be written now; it is tried again',
          );
        waitMs = Math.min(longestWaitMs, waitMs * 2);
      }
      await pause(Math.max(waitMs, this.#parts.table.everyMs ?? 0), signal);
    }
    await lease?.release().catch(() => undefined);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    if (performance.now() - this.#comparedAt > compareEveryMs) {
      await this.#compare(signal);
      this.#comparedAt = performance.now();
    }
    while (this.#changed.size > 0 && !signal.aborted) {
      const ids = [...this.#changed].slice(
        0,
        this.#parts.table.everyMs === undefined ? sliceLength : longSlice,
      );
      await this.#write(ids);
    }
  }

  async #write(ids: readonly string[]): Promise<void> {
    const { letters, table } = this.#parts;
    const [rows, gone, read]: [LetterRow[], string[], string[]] = [[], [], []];
    let length = 0;
    try {
      while (read.length < ids.length && length < sliceText) {
        const some = ids.slice(read.length, read.length + readAtOnce);
        // Before they are read: what changes meanwhile is noted again.
        for (const id of some) this.#changed.delete(id);
        read.push(...some);
        const found = await Promise.all(some.map((id) => letters.get(id)));
        for (const [at, letter] of found.entries()) {
          if (letter === undefined) gone.push(some[at]!);
          else rows.push(letterRow(letter, this.#maskOf(letter)));
          length += letter?.raw.length ?? 0;
        }
      }
      await table.write(rows, gone);
    } catch (error) {
      for (const id of read) this.#changed.add(id);
      throw error;
    }
  }

  #maskOf({ contract, version, step }: DeadLetter): (event: Json) => Json {
    const pii = this.#parts.contracts.get(contract, version)?.pii;
    if (pii !== undefined) return maskPrivate(pii);
    // A step's input need not be an event of a contract.
    return step === undefined ? maskAll : (event) => event;
  }

  /** Notes every letter that differs from its row in the table. */
  async #compare(signal: AbortSignal): Promise<void> {
    const versions = await this.#versions(signal);
    let after = '';
    for (let isLast = false; !isLast && !signal.aborted;) {
      const page = await this.#parts.table.known({ after, limit: 5000 });
      for (const { id, version } of page) {
        if (versions.get(id) !== version) this.#changed.add(id);
        versions.delete(id);
      }
      isLast = page.length < 5000;
      after = page.at(-1)?.id ?? after;
    }
    for (const id of versions.keys()) this.#changed.add(id);
  }

  async #versions(signal: AbortSignal): Promise<Map<string, string>> {
    const versions = new Map<string, string>();
    let after: string | undefined;
    while (!signal.aborted) {
      const page = await this.#parts.state.list<IndexValue>(indexPrefix, { limit: 1000, after });
      for (const { key, value } of page) {
        const [, replays, copied] = value;
        versions.set(
          idOf(key),
          letterVersion({ status: readIndexKey(key).status, replays, copy_round: copied }),
        );
      }
      after = page.at(-1)?.key;
      if (page.length < 1000) break;
    }
    return versions;
  }
}
