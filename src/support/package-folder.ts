import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const isSource = import.meta.url.endsWith('.ts');

/** Absolute path of a folder or file of the installed package. What is built stands in `dist/` itself, not in a folder below. */
export function packageFolder(name: string): string {
  return fileURLToPath(new URL(`${isSource ? '../../' : '../'}${name}`, import.meta.url));
}

/** Where an entry of the build stands: threads and processes get no TypeScript loader, so that from the sources, too, they run it. */
export const builtFile = (entry: string): string => packageFolder(`dist/${entry}.js`);

/** Of the installed package. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFolder('package.json'), 'utf8')) as { version: string };
  return version;
}

/** Where the contracts and steps of a folder are that this package ships: built, unless this runs from the sources. */
export function shippedFolder(name: 'contracts' | 'steps' | 'src/demo/contracts'): string {
  return packageFolder(isSource ? name : `dist/shipped/${name}`);
}
