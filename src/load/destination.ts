import type { KeptHeaders } from '../model/event.ts';
import type { Column, OnRepeat } from '../contracts/contract.ts';
import type { JsonObject } from '../model/json.ts';
import type { Backfill, BackfillPage } from './backfill.ts';
import type { EventSearch } from './event-search.ts';
import type { Erasing } from './erasing.ts';
import type { Export } from './export.ts';
import type { KeptOriginals } from './kept-originals.ts';
import type { LoadedEvent, RepairTrail } from '../model/loaded-event.ts';
import type { LetterTable } from './letter-table.ts';
import type { RepairAudit } from './repair-audit.ts';
import type { Withdraw } from './withdraw.ts';

/**
 * The port to a data store. One conformance suite (src/conformance) runs against every destination. Methods throw a
 * `SentinelError` with `retryable` when the store itself is in trouble. What is optional may be left out; the service does
 * without.
 */
export interface Destination {
  /** Creates missing tables and adds missing columns; `destination_schema_conflict` when a type can't be reconciled. */
  prepare(tables: readonly Table[]): Promise<void>;
  /**
   * Decides how each event of a batch ends, in one transaction: see `Settlement`. A row that the store refuses is `rejected`
   * and does not disturb the others. A table that takes no rows at all is a `TableFault` (load/table-fault.ts).
   */
  settle(settlement: Settlement): Promise<Settled>;
  /** How an event ended, by request id. */
  find(requestId: string): Promise<LoadedEvent | undefined>;
  close(): Promise<void>;
  /**
   * Rejects while the store can't be reached. Asked every few seconds while nothing is loaded, so it must cost next to nothing.
   * Default: a store that is away is noticed by the next load.
   */
  ping?(): Promise<void>;
  /** Counters since the store began, kept in the same transactions as the rows. */
  counts?(): Promise<LoadCounts>;
  /**
   * The newest request id of this queue that it has settled (`Settlement.mark`); undefined when it knows nothing of the queue.
   * With it the service notices that the store was restored from a backup.
   */
  marked?(queueId: string): Promise<string | undefined>;
  /** The repairs behind its rows, for the audit. */
  readonly repairs?: RepairAudit;
  /** Takes rows back out. Needs `repairs`. */
  readonly withdraw?: Withdraw;
  /** What it keeps beside its rows, and for how long. */
  readonly originals?: KeptOriginals;
  /** Takes persons out of it. */
  readonly erasing?: Erasing;
  /** `_sentinel_dead_letters`, for reports. */
  readonly letterTable?: LetterTable;
  /** Looks through its events. */
  readonly search?: EventSearch;
  /** Tables of events that can't be read now (rights, a lock): `search` and `erasing` leave them out, and whoever asks is told. Default: none. */
  unreadable?(): Promise<string[]>;
  /** Read-only SQL. Refuses anything that writes or leaves the database (`query_refused`). */
  query?(sql: string, options?: { maxRows?: number }): Promise<QueryResult>;
  /** Takes whole tables out. */
  readonly export?: Export;
  /**
   * Work on a row that needs neither its batch nor the store, done as soon as there is a row: while the batch before it
   * settles, and while its values are young. To be called at most once a row, in the order of the settlements; a row for
   * which it was not called is settled all the same. It may release the row's values, which are then made anew if needed.
   */
  prepareRow?(row: Row): void;
  /** Fills a new column from `_extra`, where that is built; see `Backfill`. */
  backfill?(backfill: Backfill): Promise<BackfillPage>;
}

/** A destination as the service works with it; what `fillIn` gives in place of a missing capability is said there. */
export type OpenDestination = Destination & Required<Pick<Destination, 'counts' | 'marked' | 'repairs'>>;

export interface Table {
  name: string;
  /** Name of the contract whose events it holds. */
  contract: string;
  description?: string | undefined;
  columns: readonly Column[];
  /** Pointers into the columns of what must not repeat within the table. */
  key: readonly string[];
  /** Which of the events with one key has the row: the first (default) or the latest. Of `history`, the table has no key. */
  onRepeat?: OnRepeat | undefined;
  /** Column by which `replace` tells the later event; their reception when absent, or when they are equal in it. */
  orderBy?: string | undefined;
}

export interface Row {
  table: string;
  /** UUID of the event's reception. */
  requestId: string;
  /** How often the event was replayed before; default 0. */
  round?: number;
  /** Milliseconds since 1970, UTC. */
  receivedAt: number;
  source: string;
  /** Headers that were kept with the event; also in `values`, as `_headers`. */
  headers?: KeptHeaders;
  contract: string;
  contractVersion: string;
  /** Declared fields by column name, as the contract's validation returned them. */
  values: JsonObject;
  /**
   * An event whose declared fields say the same as `values`, as JSON text in one line: a destination may load this
   * in place of `values` and need not write them as text again. No key stands twice in it, and each number in it is
   * one that `JSON.parse` does not round. It may hold undeclared fields too; those are in `extra`.
   */
  text?: string | undefined;
  /** `text` is ASCII without a backslash. */
  isPlain?: boolean;
  /** The fields of `values` for which `text` does not hold: filled in or coerced. */
  filled?: JsonObject | undefined;
  /** `text` has none of the fields of `filled`, in any form. */
  isApart?: boolean;
  /** Undeclared top-level fields. */
  extra: JsonObject | undefined;
  /** Set when the event was repaired. */
  repair: RepairTrail | undefined;
  /** The result of `prepareRow`; only the destination reads it. */
  prepared?: unknown;
  /** Frees the memory of `values`, where they can be made anew from `text`. */
  releaseValues?(): void;
}

export type RowOutcome =
  | { status: 'loaded' }
  /**
   * Another event with this key has the row; this one is recorded in `_sentinel_duplicates`. In a table whose repeats replace,
   * it may have had the row itself.
   */
  | { status: 'duplicate' }
  | { status: 'rejected'; reason: string; column?: string };

/**
 * How each event of a batch ends, decided by the destination in one transaction. An event ends as a row of its table or as
 * an entry of `_sentinel_outcomes`; whichever is written first stands, and the other is told `already`.
 */
export interface Settlement {
  /**
   * A row is written only where no entry of the same or a later round stands; else it is `already`, or `duplicate` when the
   * entry is one of its own round. A row whose event stands as a row already is `loaded` and not written again; one
   * whose key another event has makes an entry `duplicate` of the row's round.
   */
  rows: readonly Row[];
  /**
   * An entry is written only where no row of the event stands, and no other entry of the same or a later round. The same entry
   * once more is `written`.
   */
  letters: readonly LetterEntry[];
  /** Kept in the same transaction; only to notice, at the start, that the store went back in time. */
  mark?: QueueMark;
}

/** The event ends as a dead letter, whose content the engine's state holds once the entry stands. */
export interface LetterEntry {
  requestId: string;
  /** How often the event was replayed before it ended so. */
  round: number;
}

export interface QueueMark {
  /** Id of the queue that the batch came from. */
  queueId: string;
  /** The newest request id that is settled. */
  newest: string;
}

/** The kinds of entries. `withdrawn`: a rollback took the row out. */
export type EntryKind = 'duplicate' | 'letter' | 'withdrawn';

export type LetterOutcome =
  /** The entry stands now; also when it stood before, at the same round. */
  { status: 'written' } | { status: 'already'; as: 'row' | EntryKind };

export interface Settled {
  /** In the order of the rows. `already`: the event ended otherwise, at the row's round or a later one; not written. */
  rows: (RowOutcome | { status: 'already'; as: EntryKind })[];
  /** In the order of the letters. */
  letters: LetterOutcome[];
}

export interface LoadCounts {
  loaded: number;
  /** Of the loaded. */
  repaired: number;
  duplicate: number;
  /** Of the duplicates, those that say something else than the event that has the row; absent where nobody looks. */
  changed?: number;
}

/** Of a destination that tells changed duplicates from equal ones. */
export type AllCounts = Required<LoadCounts>;

export interface QueryResult {
  columns: string[];
  /** JSON values; decimals, 64-bit integers, dates and times as text, exact. */
  rows: unknown[][];
  /** True when there were more rows than `maxRows`. */
  truncated: boolean;
}
