import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Files of lines that grow together: what was not committed when the process died is cut off at the next start. */
export interface Files {
  names(): string[];
  lines(name: string): AsyncIterable<Record<string, unknown>>;
  /** Types of the columns of a table, by name. */
  columns(table: string): Record<string, string>;
  setColumns(table: string, columns: Record<string, string>): Promise<void>;
  /** Appends lines to the files, all or none; on disk when it resolves. */
  commit(
    lines: ReadonlyMap<string, readonly object[]>,
    mark: { queueId: string; newest: string } | undefined,
  ): Promise<void>;
  mark(queueId: string): string | undefined;
  close(): Promise<void>;
}

/** What is committed: the sizes of the files. It is replaced as a whole by a rename, which happens or does not. */
interface Committed {
  sizes: Record<string, number>;
  marks: Record<string, string>;
  columns: Record<string, Record<string, string>>;
}

export async function openFiles(folder: string): Promise<Files> {
  await mkdir(folder, { recursive: true });
  const manifest = join(folder, '_committed.json');
  const handles = new Map<string, FileHandle>();
  let committed = await readCommitted(manifest);
  const pathOf = (name: string): string => join(folder, `${encodeURIComponent(name)}.ndjson`);

  async function handleOf(name: string): Promise<FileHandle> {
    const handle = handles.get(name) ?? (await open(pathOf(name), 'a'));
    handles.set(name, handle);
    return handle;
  }

  async function store(next: Committed): Promise<void> {
    const draft = await open(`${manifest}.new`, 'w');
    try {
      await writeFile(draft, JSON.stringify(next));
      await draft.sync();
    } finally {
      await draft.close();
    }
    await rename(`${manifest}.new`, manifest);
    committed = next;
  }

  async function append(name: string, lines: readonly object[]): Promise<number> {
    const handle = await handleOf(name);
    // What a commit that failed has left behind.
    await handle.truncate(committed.sizes[name] ?? 0);
    const text = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await handle.appendFile(text);
    await handle.sync();
    return (committed.sizes[name] ?? 0) + text.length;
  }

  for (const [name, size] of Object.entries(committed.sizes)) await (await handleOf(name)).truncate(size);

  return {
    names: () => Object.keys(committed.sizes),
    async *lines(name) {
      for await (const line of createInterface({ input: createReadStream(pathOf(name)) }))
        yield JSON.parse(line) as Record<string, unknown>;
    },
    columns: (table) => committed.columns[table] ?? {},
    setColumns: (table, columns) =>
      store({ ...committed, columns: { ...committed.columns, [table]: columns } }),
    async commit(lines, mark) {
      const next = { ...committed, sizes: { ...committed.sizes }, marks: { ...committed.marks } };
      for (const [name, added] of lines) next.sizes[name] = await append(name, added);
      if (mark !== undefined && mark.newest > (next.marks[mark.queueId] ?? ''))
        next.marks[mark.queueId] = mark.newest;
      await store(next);
    },
    mark: (queueId) => committed.marks[queueId],
    async close() {
      for (const handle of handles.values()) await handle.close();
    },
  };
}

async function readCommitted(path: string): Promise<Committed> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Committed;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { sizes: {}, marks: {}, columns: {} };
  }
}
