import { resolve } from 'node:path';
import {
  type Destination,
  type LoadedEvent,
  type Row,
  type RowOutcome,
  type Settled,
  type Settlement,
  type Table,
  defineDestination,
  z,
} from 'data-sentinel';
import {
  type Entry,
  endedBefore,
  exactRow,
  expectType,
  judgeLetters,
  keyFields,
  mergeTables,
} from 'data-sentinel/destination-kit';
import { type Files, openFiles } from './files.ts';

/** NDJSON files in a folder: one a table, one line a row. What is known of the events is kept in memory. */
export default defineDestination({
  settings: z.strictObject({ folder: z.string('the path of a folder') }),
  describe: ({ folder }) => `ndjson ${folder}`,
  open: ({ folder }, { base }) => openNdjson(resolve(base, folder)),
});

const outcomes = '_outcomes';

interface OutcomeLine extends Entry {
  id: string;
  /** Of a duplicate. */
  event?: LoadedEvent;
}
type RowLine = Record<string, unknown> & { _request_id: string; _event: LoadedEvent; _key: string | null };

type ColumnType = Table['columns'][number]['type'];
const typeName = (type: ColumnType): string =>
  type.kind === 'decimal' ? `decimal(${type.precision},${type.scale})` : type.kind;

export async function openNdjson(folder: string): Promise<Destination> {
  const files = await openFiles(folder);
  const destination = new NdjsonDestination(files);
  await destination.read();
  return destination;
}

class NdjsonDestination implements Destination {
  readonly #files: Files;
  readonly #tables = new Map<string, Table>();
  /** What each event ended as, by request id. */
  readonly #rows = new Map<string, LoadedEvent>();
  readonly #entries = new Map<string, OutcomeLine>();
  readonly #keys = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(files: Files) {
    this.#files = files;
  }

  async read(): Promise<void> {
    for (const name of this.#files.names())
      for await (const line of this.#files.lines(name)) {
        if (name === outcomes) this.#note(line as unknown as OutcomeLine);
        else this.#noteRow(line as RowLine);
      }
  }

  async prepare(tables: readonly Table[]): Promise<void> {
    for (const table of mergeTables(tables, typeName)) {
      const present = this.#files.columns(table.name);
      for (const { name, type } of table.columns)
        expectType(table.name, name, present[name] ?? typeName(type), typeName(type));
      keyFields(table);
      const columns = table.columns.map(({ name, type }) => [name, typeName(type)] as const);
      await this.#files.setColumns(table.name, { ...present, ...Object.fromEntries(columns) });
      this.#tables.set(table.name, table);
    }
  }

  settle(settlement: Settlement): Promise<Settled> {
    const mine = this.#turn.then(() => this.#settle(settlement));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #settle({ rows, letters, mark }: Settlement): Promise<Settled> {
    const written = new Map<string, object[]>();
    const write = (file: string, line: object): void => {
      const lines = written.get(file) ?? [];
      lines.push(line);
      written.set(file, lines);
    };
    // Nothing is remembered before it is on disk: these are what the batch adds.
    const fresh = { rows: new Map<string, RowLine>(), entries: new Map<string, OutcomeLine>() };
    const standing = {
      rows: { has: (id: string) => this.#rows.has(id) || fresh.rows.has(id) },
      entries: {
        get: (id: string) => fresh.entries.get(id) ?? this.#entries.get(id),
      } as ReadonlyMap<string, Entry>,
    };
    const keys = new Set<string>();
    const lines = new Map<string, ReturnType<typeof lineMaker>>();

    const settleRow = (row: Row): Settled['rows'][number] => {
      const ended = endedBefore(row, standing);
      if (ended !== undefined) return ended;
      let lineOf = lines.get(row.table);
      if (lineOf === undefined) lines.set(row.table, (lineOf = lineMaker(this.#tables.get(row.table)!)));
      const line = lineOf(row);
      if ('status' in line) return line as RowOutcome;
      const key = line._key;
      if (key !== null && (this.#keys.has(key) || keys.has(key))) {
        const entry: OutcomeLine = {
          id: line._request_id,
          round: row.round ?? 0,
          kind: 'duplicate',
          event: { ...line._event, status: 'duplicate' },
        };
        fresh.entries.set(entry.id, entry);
        write(outcomes, entry);
        return { status: 'duplicate' };
      }
      if (key !== null) keys.add(key);
      fresh.rows.set(line._request_id, line);
      write(row.table, line);
      return { status: 'loaded' };
    };

    const settled = rows.map(settleRow);
    const judged = judgeLetters(letters, standing);
    for (const [id, entry] of judged.fresh) {
      fresh.entries.set(id, { id, ...entry });
      write(outcomes, { id, ...entry });
    }
    await this.#files.commit(written, mark);
    for (const line of fresh.rows.values()) this.#noteRow(line);
    for (const entry of fresh.entries.values()) this.#note(entry);
    return { rows: settled, letters: judged.outcomes };
  }

  async find(requestId: string): Promise<LoadedEvent | undefined> {
    const id = requestId.toLowerCase();
    return this.#rows.get(id) ?? this.#entries.get(id)?.event;
  }

  async marked(queueId: string): Promise<string | undefined> {
    return this.#files.mark(queueId);
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#files.close();
  }

  #note(entry: OutcomeLine): void {
    this.#entries.set(entry.id, entry);
  }

  #noteRow({ _request_id: id, _key: key, _event: event }: RowLine): void {
    this.#rows.set(id, event);
    if (key !== null) this.#keys.add(key);
  }
}

/** Makes the line of a row, or says why there can be none. */
function lineMaker(table: Table): (row: Row) => RowLine | Extract<RowOutcome, { status: 'rejected' }> {
  const exact = exactRow(table);
  const key = keyFields(table);

  return (row) => {
    const cells = exact(row);
    if (!cells.ok) return { status: 'rejected', ...cells.error };
    const parts = key.map(({ column, inner }) =>
      inner.reduce<unknown>(
        (at, name) => (at as Record<string, unknown> | null)?.[name],
        cells.value[column.name],
      ),
    );
    const { contract, contractVersion: version, source, repair } = row;
    const isWhole = parts.length > 0 && parts.every((part) => part !== null && part !== undefined);
    return {
      ...cells.value,
      _request_id: row.requestId.toLowerCase(),
      _key: isWhole ? JSON.stringify([table.name, ...parts]) : null,
      _event: {
        status: repair === undefined ? 'loaded' : 'repaired',
        table: table.name,
        contract,
        version,
        source,
        ...(repair && { repair }),
      },
    };
  };
}
