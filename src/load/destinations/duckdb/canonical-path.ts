import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** The same file by whatever path it is named, whether it is there already or not. */
export async function canonical(path: string): Promise<string> {
  const absolute = resolve(path);
  await mkdir(dirname(absolute), { recursive: true });
  return realpath(absolute).catch(async () => join(await realpath(dirname(absolute)), basename(absolute)));
}
