import { fileURLToPath } from 'node:url';

/** Absolute path of a folder or file of the installed package (`src/` and `dist/` are both one level below it). */
export function packageFolder(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}
