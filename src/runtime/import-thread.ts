import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { keepBeat } from '../support/beat.ts';
import { importModule } from '../support/module-loader.ts';
import { writeNote } from '../support/shared-note.ts';
import { namesFd } from './hanging-files.ts';
import type { Reading } from './until-read.ts';

export interface ImportInput extends Omit<Reading, 'signal'> {
  files: readonly string[];
  /** See `importModule`. */
  cache: string | undefined;
}

const { files, cache, beat, reading, setAside } = workerData as ImportInput;
keepBeat(beat);
for (const file of files) {
  if (setAside.has(file)) continue;
  writeNote(reading, file);
  writeSync(namesFd, `${file}\n`);
  await importModule(file, { cache }).catch(() => undefined);
}
writeNote(reading, '');
parentPort!.postMessage('done');
// Timers and the like that the files left behind must not keep it.
process.exit();
