import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Absolute path of a folder or file of the installed package (`src/` and `dist/` are both one level below it). */
export function packageFolder(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}

/** Of the installed package. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFolder('package.json'), 'utf8')) as { version: string };
  return version;
}

/** Where the contracts and steps are that this package ships: built, unless this runs from the sources. */
export function shippedFolder(name: 'contracts' | 'steps'): string {
  return packageFolder(import.meta.url.endsWith('.ts') ? name : `dist/shipped/${name}`);
}
