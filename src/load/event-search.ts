import type { IdField } from '../model/id-field.ts';
import type { LoadedEvent, RepairTrail } from '../model/loaded-event.ts';

/** How a destination is looked through, where it can be (beside `find`, which knows one event by its request id). */
export interface EventSearch {
  /** Newest first: by the time of reception, then by request id. */
  events(filter: EventFilter, page: { limit: number; before?: EventPlace }): Promise<FoundEvent[]>;
  /** The row of an event as it is stored, by column; values as those of `query`. Undefined when there is none. */
  row(table: string, requestId: string): Promise<Record<string, unknown> | undefined>;
}

export interface EventFilter {
  eventId?: string;
  /**
   * What the event's id says, a column of its table's key, or another field by which people look; `keys` and `fields`: those, by
   * table. Fields are compared in any case of their letters.
   */
  id?: {
    text: string;
    keys: Readonly<Record<string, readonly string[]>>;
    fields?: Readonly<Record<string, readonly IdField[]>>;
  };
  /** The search fails when it takes longer, in milliseconds. */
  withinMs?: number;
  source?: string;
  contract?: string;
  /** Default: all three. */
  statuses?: readonly FoundEvent['status'][];
  /** Milliseconds since 1970, both included. */
  from?: number;
  to?: number;
}

/** A place in the order newest first; a page goes on behind it. */
export interface EventPlace {
  /** Milliseconds since 1970. */
  receivedAt: number;
  requestId: string;
}

export interface FoundEvent extends EventPlace {
  status: LoadedEvent['status'];
  eventId: string | undefined;
  contract: string;
  version: string;
  source: string;
  ruleId: string | undefined;
  healer: RepairTrail['healer'] | undefined;
}

/** A table that holds events, as a destination that can be looked through knows it. */
export interface EventTable {
  name: string;
  /** Undefined when it has no column for it. */
  eventIdType: string | undefined;
  /** Columns that `EventFilter.id` is looked for in. */
  ids: readonly SoughtColumn[];
  /** Name of the contract by version. */
  contracts: ReadonlyMap<string, string>;
}

export interface SoughtColumn {
  name: string;
  type: string;
  /** Of a field within a JSON column. */
  path?: readonly string[];
  /** Compared in any case of its letters. */
  anyCase?: boolean;
}

const isJson = (type: string): boolean => /^jsonb?$/i.test(type);

/** Of `columns`, those of a table by which its events are found. */
export function idColumns(
  table: string,
  columns: readonly { table: string; name: string; type: string }[],
  id: EventFilter['id'],
): Pick<EventTable, 'eventIdType' | 'ids'> {
  const own = columns.filter((column) => column.table === table);
  const keys = ofTable(id?.keys, table);
  const sought = new Set(['event_id', ...keys.map((name) => name.toLowerCase())]);
  const fields = ofTable(id?.fields, table).flatMap(({ column, path }): SoughtColumn[] => {
    const found = own.find(({ name }) => name.toLowerCase() === column.toLowerCase());
    if (found === undefined || isJson(found.type) !== (path !== undefined)) return [];
    return sought.has(column.toLowerCase()) ? [] : [{ ...found, anyCase: true, ...(path && { path }) }];
  });
  return {
    eventIdType: own.find(({ name }) => name === 'event_id')?.type,
    ids: [...own.filter(({ name }) => sought.has(name.toLowerCase())), ...fields],
  };
}

/** Not all destinations tell `Orders` from `orders`. */
function ofTable<T>(all: Readonly<Record<string, readonly T[]>> = {}, table: string): readonly T[] {
  return Object.entries(all).find(([name]) => name.toLowerCase() === table.toLowerCase())?.[1] ?? [];
}
