import type { Readable } from 'node:stream';
import type { DeadLetter } from '../../model/dead-letter.ts';
import type { JobFilter } from '../../model/job.ts';
import type { Plan } from '../../model/plan.ts';
import type { DeadLetterCounts } from '../counts.ts';
import { pagesOf } from '../pages.ts';
import type { DeadLetterStore } from '../store.ts';
import type { Correction, Edited } from './correct.ts';
import { type Forecast, ForecastTally } from './forecast.ts';
import { type ImportLimits, readImport } from './import-file.ts';

/** What corrects letters: the running pipeline, which has the contracts. */
export interface Corrector {
  correctByHand(all: readonly Edited[], force: boolean): Promise<Correction[]>;
  correctByPlan(letters: readonly DeadLetter[], plan: Plan): Promise<Correction[]>;
}

interface TryDeps {
  letters: DeadLetterStore;
  deadLetters: Pick<DeadLetterCounts, 'countOpen'>;
  pipeline: Corrector;
}

const page = 100;

/** What a plan would make of the matching letters; nothing is changed. */
export async function tryPlan(
  { letters, deadLetters, pipeline }: TryDeps,
  filter: JobFilter,
  plan: Plan,
): Promise<{ matched: number } & Forecast> {
  const tally = new ForecastTally();
  const known = deadLetters.countOpen(filter);
  let matched = 0;
  for await (const found of pagesOf(letters, { ...filter, status: 'open' }, page)) {
    matched += found.length;
    if (tally.isFull) {
      if (known !== undefined) break;
      continue;
    }
    const corrections = await pipeline.correctByPlan(found, plan);
    for (const [at, letter] of found.entries()) tally.add(letter, corrections[at]!);
  }
  const forecast = tally.result();
  // The counts follow the letters by a moment.
  return { matched: forecast.tried === matched ? matched : Math.max(matched, known ?? 0), ...forecast };
}

export interface ImportForecast extends Forecast {
  lines: number;
  /** Letters that the file would correct. */
  matched: number;
  /** Lines whose event is as it was received. */
  unchanged: number;
  /** Lines that cannot be imported: as long as there is one, none is. */
  faulty: number;
  /** The first of them. */
  errors: { line: number; detail: string }[];
}

export const mostErrors = 50;

/** What an import would come to. The whole file is read; of very many corrected events the first ones are tried. */
export async function tryImport(
  { letters, pipeline }: Pick<TryDeps, 'letters' | 'pipeline'>,
  file: Readable,
  { force, ...limits }: ImportLimits & { force: boolean },
): Promise<ImportForecast> {
  const tally = new ForecastTally();
  const counts = { lines: 0, matched: 0, unchanged: 0, faulty: 0 };
  const errors: ImportForecast['errors'] = [];
  for await (const { apply, leftAlone, unchanged, faults } of readImport(letters, file, limits)) {
    counts.lines += apply.length + leftAlone.length + unchanged + faults.length;
    counts.matched += apply.length + leftAlone.length;
    counts.unchanged += unchanged;
    counts.faulty += faults.length;
    errors.push(...faults.slice(0, mostErrors - errors.length));
    if (tally.isFull) continue;
    for (const { line, reason } of leftAlone) tally.leaveAlone(line.id, reason);
    const edited = apply.map(({ letter, line }) => ({ letter, edited: line.edited }));
    const corrections = edited.length === 0 ? [] : await pipeline.correctByHand(edited, force);
    for (const [at, { letter }] of apply.entries()) tally.add(letter, corrections[at]!);
  }
  return { ...counts, errors, ...tally.result() };
}
