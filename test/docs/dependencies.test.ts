import { readFile, readdir } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8');

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  /** Installed by those who use what they are for. */
  peerDependencies?: Record<string, string>;
  overrides?: Record<string, string>;
}
const manifest = async (path: string) => JSON.parse(await read(path)) as Manifest;

/** Packages that the code of a folder imports, types left out: what has to be there when it runs. */
async function importsOf(folder: string): Promise<Set<string>> {
  const files = await readdir(new URL(folder, root), { recursive: true });
  const names = new Set<string>();
  for (const file of files.filter((each) => each.endsWith('.ts'))) {
    const text = (await read(`${folder}${file}`)).replaceAll(/^(?:import|export) type [^;]*;/gm, '');
    for (const [, specifier = ''] of text.matchAll(
      /(?:\bfrom |\bimport |\bimport\(|\brequire\(|\brequirePackage<[^>]+>\(|\bresolvePackage\()'([^'\s]+)'(?:;|\))/g,
    )) {
      if (specifier.startsWith('.') || isBuiltin(specifier)) continue;
      names.add(/^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0]);
    }
  }
  return names;
}

describe('the packages', () => {
  it('that run with the service are installed with it: an image without development packages has them', async () => {
    const { name, dependencies, optionalDependencies, peerDependencies } = await manifest('package.json');
    const installed = new Set([
      name,
      ...Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }),
    ]);
    const imported = new Set(
      (await Promise.all(['src/', 'contracts/', 'steps/'].map(importsOf))).flatMap((names) => [...names]),
    );
    expect([...imported].filter((each) => !installed.has(each))).toEqual([]);
    // Named for its version, which an override would hold in this repository only.
    const held = ['light-my-request'];
    expect([...installed].filter((each) => each !== name && !imported.has(each))).toEqual(held);
  });

  it('each have a line in docs/dependencies.md, in the right part, and no line is of one that is gone', async () => {
    const page = await read('docs/dependencies.md');
    const own = await manifest('package.json');
    const console = await manifest('console/package.json');
    const parts: Record<string, (keyof Manifest)[]> = {
      'At run time': ['dependencies', 'optionalDependencies', 'peerDependencies'],
      'For development': ['devDependencies'],
    };
    for (const [title, kinds] of Object.entries(parts))
      expectLines(
        page,
        title,
        kinds.flatMap((kind) => Object.keys(own[kind] ?? {})),
      );
    expectLines(page, 'Of the console', Object.keys({ ...console.dependencies, ...console.devDependencies }));
    const held = Object.keys(own.overrides ?? {});
    expect(held.filter((name) => !page.includes(`\`${name}\` is held at`))).toEqual([]);
  });
});

/** A line is of a package, or with `/*` of all that begin so. */
function expectLines(page: string, title: string, packages: readonly string[]): void {
  const part = page.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  const lines = part.split('\n').flatMap((line) => /^\| (`.*?) *\|/.exec(line)?.[1] ?? []);
  const patterns = lines.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!));
  const fits = (pattern: string, name: string) =>
    pattern === name || (pattern.endsWith('/*') && name.startsWith(pattern.slice(0, -1)));
  expect(
    packages.filter((name) => !patterns.some((pattern) => fits(pattern, name))),
    title,
  ).toEqual([]);
  expect(
    patterns.filter((pattern) => !packages.some((name) => fits(pattern, name))),
    title,
  ).toEqual([]);
}
