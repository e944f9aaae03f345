import type { StateStore } from '../../engine/engine.ts';
import type { Json } from '../../model/json.ts';
import type { ImportLine } from './import-line.ts';

/** Lines of an import that a job settles together. */
export interface StagedLines {
  key: string;
  lines: ImportLine[];
}

/** The lines of an import, in the engine's state until its job has ended; what a crash leaves of an upload vanishes by itself. */
export interface StagedImports {
  add(jobId: string, part: number, lines: readonly ImportLine[]): Promise<void>;
  /** The first part, or the one behind `after`; undefined behind the last one. */
  next(jobId: string, after?: string): Promise<StagedLines | undefined>;
  get(key: string): Promise<StagedLines | undefined>;
  remove(jobId: string): Promise<void>;
}

export const stagedPrefix = 'imports/';
export const stagedForMs = 7 * 86_400_000;

export function createStagedImports(state: StateStore): StagedImports {
  const prefixOf = (jobId: string) => `${stagedPrefix}${jobId}/`;
  const asLines = (value: Json) => value as unknown as ImportLine[];
  return {
    add: (jobId, part, lines) =>
      state.put(prefixOf(jobId) + String(part).padStart(6, '0'), lines as unknown as Json, {
        ttlMs: stagedForMs,
      }),
    async next(jobId, after) {
      const [entry] = await state.list(prefixOf(jobId), { limit: 1, after });
      return entry && { key: entry.key, lines: asLines(entry.value) };
    },
    async get(key) {
      const value = await state.get(key);
      return value === undefined ? undefined : { key, lines: asLines(value) };
    },
    async remove(jobId) {
      for (;;) {
        const page = await state.list(prefixOf(jobId), { limit: 20 });
        if (page.length === 0) return;
        await state.write(page.map(({ key }) => ({ delete: key })));
      }
    },
  };
}
