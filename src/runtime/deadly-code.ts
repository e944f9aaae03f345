import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readingMark, stepMark } from '../config/marks.ts';
import { type Killer, bookOfSteps, killersIn } from '../contracts/apart/deaths.ts';
import type { Logger } from '../support/log.ts';
import { hangingFiles } from './hanging-files.ts';

/** What the process ended in when it ended last, from the marks in this folder. */
export interface DeadlyCode {
  /** Files of steps: they run in processes of their own. */
  apart: readonly string[];
  /** Files of contracts that end each process or thread that reads them, or do not end, and what is said of each. */
  setAside: ReadonlyMap<string, string>;
}

export const noDeadlyCode: DeadlyCode = { apart: [], setAside: new Map() };

/** To be called once in a process, before its own marks are written. */
export async function deadlyCode(folder: string, stallMs: number, log: Logger): Promise<DeadlyCode> {
  const marks = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(stepMark)) : [];
  const killers = killersIn(folder, { marks, book: bookOfSteps }) ?? [];
  for (const name of marks) rmSync(join(folder, name), { force: true });
  for (const killer of killers) sayStep(killer, log);
  return { apart: killers.map(({ label }) => label), setAside: await deadlyFile(folder, stallMs, log) };
}

const sayStep = ({ label }: Killer, log: Logger): void =>
  log.error(
    { status: 'failed', code: 'step_killed', file: label },
    `the service ended while the code of ${label} ran; the step runs in a process of its own until the next start`,
  );

/** A start may have been killed by chance, so the file is read once more where nothing else dies of it. */
async function deadlyFile(
  folder: string,
  stallMs: number,
  log: Logger,
): Promise<ReadonlyMap<string, string>> {
  const mark = join(folder, readingMark);
  const file = existsSync(mark) ? readFileSync(mark, 'utf8').split('\n', 1)[0]! : '';
  rmSync(mark, { force: true });
  const found = await hangingFiles(existsSync(file) ? [file] : [], { stallMs, cache: undefined });
  for (const what of found.values())
    log.error({ status: 'failed', code: 'contract_failed', file }, `${file} ${what}; it is set aside`);
  return found;
}
