import type { LineStore } from '../../destination-kit/line-store.ts';
import type { KnownTable } from './known-table.ts';
import type { Unreadable } from './unreadable.ts';

/** What a load works with. */
export interface Warehouse {
  schema: string;
  tables: ReadonlyMap<string, KnownTable>;
  /** All that hold events, those of contracts that are gone included. */
  eventTables: readonly string[];
  /** Of these, by name. */
  unreadable: ReadonlyMap<string, Unreadable>;
  /** Contracts that are on record as the writers of a table; grown by committed loads. */
  writers: Set<string>;
  /** Of `_sentinel_counters`. */
  slot: number;
  answerMs: number;
  /** Of all tables: one for each would keep its largest batch's memory. */
  lines: LineStore;
}
