import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const fileOf = (dataDir: string): string => join(dataDir, 'queue', 'restored');

/** Leaves word, for the next start, that the queue is that of a backup. */
export async function noteRestore(dataDir: string, madeAt: string): Promise<void> {
  await writeFile(fileOf(dataDir), madeAt, { mode: 0o600 });
}

/** When the backup was made that the queue came from, at the first start since; ISO 8601. */
export async function takeRestoreNote(dataDir: string): Promise<string | undefined> {
  const file = fileOf(dataDir);
  const madeAt = await readFile(file, 'utf8').catch(() => undefined);
  if (madeAt !== undefined) await rename(file, `${file}.said`);
  return madeAt;
}
