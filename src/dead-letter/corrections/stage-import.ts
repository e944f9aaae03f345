import type { Readable } from 'node:stream';
import { type Result, fail, ok } from '../../model/result.ts';
import type { DeadLetterStore } from '../store.ts';
import { type ImportLimits, readImport } from './import-file.ts';
import type { StagedImports } from './staged.ts';
import { mostErrors } from './try-correction.ts';

export interface StagedFile {
  lines: number;
  unchanged: number;
  /** Lines that a job settles. */
  staged: number;
}

export interface FaultyFile {
  faulty: number;
  /** The first ones. */
  errors: { line: number; detail: string }[];
}

/** Keeps the lines of a corrected file for a job. Of a file with a faulty line nothing is kept, and nothing either when reading it fails. */
export async function stageImport(
  { letters, staged }: { letters: Pick<DeadLetterStore, 'get'>; staged: StagedImports },
  jobId: string,
  file: Readable,
  limits: ImportLimits,
): Promise<Result<StagedFile, FaultyFile>> {
  const counts: StagedFile = { lines: 0, unchanged: 0, staged: 0 };
  const faults: FaultyFile = { faulty: 0, errors: [] };
  let part = 0;
  try {
    for await (const { apply, leftAlone, unchanged, faults: found } of readImport(letters, file, limits)) {
      const lines = [...apply, ...leftAlone].map(({ line }) => line);
      counts.lines += lines.length + unchanged + found.length;
      counts.unchanged += unchanged;
      counts.staged += lines.length;
      faults.faulty += found.length;
      faults.errors.push(...found.slice(0, mostErrors - faults.errors.length));
      // Read to its end all the same, so that its other faults are named.
      if (faults.faulty === 0 && lines.length > 0) await staged.add(jobId, ++part, lines);
    }
  } catch (error) {
    await staged.remove(jobId);
    throw error;
  }
  if (faults.faulty === 0) return ok(counts);
  await staged.remove(jobId);
  return fail(faults);
}
