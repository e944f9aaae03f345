import { maskAll, maskPrivate } from '../contracts/pii.ts';
import type { Contract } from '../contracts/contract.ts';
import { idOf, indexPrefix } from '../dead-letter/index-key.ts';
import type { DeadLetterStore } from '../dead-letter/store.ts';
import type { StateStore } from '../engine/engine.ts';
import type { Lease, Leases } from '../engine/lease.ts';
import { type LetterRow, type LetterTable, letterRow, letterTable } from '../load/letter-table.ts';
import type { WaitingTable } from '../load/waiting-tables.ts';
import type { DeadLetter } from '../model/dead-letter.ts';
import { isRetryable, messageOf } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import type { Logger } from '../support/log.ts';
import { pause } from '../support/retry.ts';
import { differing } from './letter-differences.ts';

export interface MirrorParts {
  table: LetterTable;
  state: StateStore;
  letters: Pick<DeadLetterStore, 'get'>;
  contracts: { get(name: string, version: string): Pick<Contract, 'pii'> | undefined };
  leases: Leases;
  log: Logger;
}

/** A letter as it is to be written; without a row it is gone. */
interface Entry {
  id: string;
  row: LetterRow | undefined;
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
  #trouble: WaitingTable | undefined;
  /** Whether the table has taken a letter in this round, and the last one that it did not. */
  #isTaking = false;
  #refused: string | undefined;

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

  /** Why it is behind, unless the whole destination is away. */
  trouble(): WaitingTable | undefined {
    return this.#trouble;
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
      this.#isTaking = false;
      try {
        if (lease === undefined || !(await lease.renew())) {
          lease = await this.#parts.leases.take('letter-mirror', leaseMs);
          this.#comparedAt = -Infinity;
        }
        if (lease !== undefined) await this.#follow(signal);
        waitMs = everyMs;
        this.#trouble = undefined;
      } catch (error) {
        // The loader reports a destination that is unavailable; any other fault of the table is reported only here.
        const level = isRetryable(error) && !this.#isTaking ? 'debug' : 'warn';
        const since = this.#trouble?.since ?? new Date().toISOString();
        this.#trouble =
          level === 'warn'
            ? { table: letterTable, error: messageOf(error), code: 'letter_table_waits', since }
            : undefined;
        if (waitMs === everyMs)
          this.#parts.log[level](
            { err: error, code: 'letter_table_waits', letter: this.#isTaking ? this.#refused : undefined },
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
    const read: Entry[] = [];
    let length = 0;
    try {
      while (read.length < ids.length && length < sliceText) {
        const some = ids.slice(read.length, read.length + readAtOnce);
        // Before they are read: what changes meanwhile is noted again.
        for (const id of some) this.#changed.delete(id);
        const from = read.length;
        read.push(...some.map((id) => ({ id, row: undefined })));
        const found = await Promise.all(some.map((id) => this.#parts.letters.get(id)));
        for (const [at, letter] of found.entries()) {
          if (letter !== undefined) read[from + at]!.row = letterRow(letter, this.#maskOf(letter));
          length += letter?.raw.length ?? 0;
        }
      }
    } catch (error) {
      for (const { id } of read) this.#changed.add(id);
      throw error;
    }
    await this.#put(read);
  }

  /**
   * By halves when the table refuses them, so that one letter that it can't hold keeps no other out; when it is away, that ends with
   * the first letter. Throws what it was refused with at last, and notes what was not written.
   */
  async #put(entries: readonly Entry[]): Promise<void> {
    try {
      const rows = entries.flatMap(({ row }) => row ?? []);
      await this.#parts.table.write(
        rows,
        entries.flatMap(({ id, row }) => (row === undefined ? [id] : [])),
      );
      this.#isTaking ||= rows.length > 0;
    } catch (error) {
      if (entries.length === 1) {
        this.#refused = entries[0]!.id;
        this.#changed.add(this.#refused);
        throw error;
      }
      const half = Math.floor(entries.length / 2);
      const [first, second] = [entries.slice(0, half), entries.slice(half)];
      let refused: unknown;
      await this.#put(first).catch((reason: unknown) => (refused = reason));
      if (refused !== undefined && first.length > 1 && first.every(({ id }) => this.#changed.has(id)))
        for (const { id } of second) this.#changed.add(id);
      else await this.#put(second);
      if (refused !== undefined) throw refused;
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
    for await (const id of differing(this.#parts.state, this.#parts.table, signal)) this.#changed.add(id);
  }
}
