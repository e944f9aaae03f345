import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tried } from './try.ts';

/** What the second validator says of each payload, or why it says nothing. */
export type Verdicts = boolean[] | string;

/** Asks it about all schemas that are contracts, each as its publisher has it. */
export function secondVerdicts(
  all: readonly Tried[],
  { python, folder }: { python: string; folder: string },
): Verdicts[] {
  const asked = all.map(({ wild, judged }, at) => {
    let { original } = wild;
    if (original === undefined) {
      const file = wild.file ?? join(folder, `schema-${at}.json`);
      if (wild.file === undefined) writeFileSync(file, JSON.stringify(wild.schema));
      original = { file, pointer: '' };
    }
    return { ...original, payloads: judged.map(({ payload }) => payload) };
  });
  const answers = execFileSync('python3', [new URL('./judge.py', import.meta.url).pathname], {
    input: JSON.stringify(asked),
    maxBuffer: 2 ** 28,
    env: { ...process.env, PYTHONPATH: python },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return JSON.parse(answers.toString()) as Verdicts[];
}
