import type { Jiti } from 'jiti';
import { mkdir } from 'node:fs/promises';
import { sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as zod from 'zod';
import { createTransform } from './module-transform.ts';
import { packageFolder } from './package-folder.ts';

/** Left to Node's own cache when modules are read again: installed packages do not change under a running service. */
const installed = `${sep}node_modules${sep}`;

/** Built with this package: a start that loads no other modules has nothing to compile, and needs no compiler. */
const built = packageFolder('dist');

const loaders = new Map<string | undefined, Promise<Jiti>>();

/**
 * Imports a user's module (a contract, a step), TypeScript or JavaScript, and returns its exports. Such a file can
 * `import … from 'data-sentinel'`, `from 'motia'` and `from 'zod'` without installing either: it gets the very instances that this
 * process runs on, so that schemas and errors made there are the same classes here.
 *
 * `file` is an absolute path. With `fresh`, the file and all user files that it imports are read anew, for reload on
 * change. `cache`: a folder for compiled modules, named by the content of their files. Rejects with what the module throws, or
 * with the syntax error; callers say whose file it was.
 */
export async function importModule(
  file: string,
  options: { fresh?: boolean; cache?: string | undefined } = {},
): Promise<Record<string, unknown>> {
  if (options.fresh === true) for (const loader of loaders.values()) forgetUserModules(await loader);
  if (file.startsWith(built + sep)) return { ...((await import(pathToFileURL(file).href)) as object) };
  const loader = loaders.get(options.cache) ?? createLoader(options.cache);
  loaders.set(options.cache, loader);
  const jiti = await loader;
  return { ...(await jiti.import<Record<string, unknown>>(file)) };
}

async function createLoader(cache: string | undefined): Promise<Jiti> {
  const { createJiti } = await import('jiti');
  // Imported late, because the entry exports what stands here; by URL, because its extension differs once built.
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const own = (path: string) =>
    import(/* @vite-ignore */ new URL(`../${path}${extension}`, import.meta.url).href) as Promise<object>;
  const babel = createJiti(import.meta.url, { fsCache: false, interopDefault: false, sourceMaps: true });
  return createJiti(import.meta.url, {
    transform: createTransform((given) => ({ code: babel.transform(given) })),
    interopDefault: false,
    // The default cache can be a folder that all users of the machine may write to: code must not come from there.
    fsCache: await cacheFolder(cache),
    sourceMaps: true,
    virtualModules: {
      'data-sentinel': await own('index'),
      // In its place, so that a step file of Motia's runs here and not in its own process.
      motia: await own('steps/motia/index'),
      'data-sentinel/destination-kit': await own('load/destination-kit/index'),
      zod,
    },
  });
}

/** This user's only; without one everything is compiled anew. */
const cacheFolder = (folder: string | undefined): Promise<string | false> =>
  folder === undefined
    ? Promise.resolve(false)
    : mkdir(folder, { recursive: true, mode: 0o700 }).then(
        () => folder,
        () => false,
      );

function forgetUserModules(jiti: Jiti): void {
  for (const path of Object.keys(jiti.cache)) {
    if (!path.includes(installed)) delete jiti.cache[path];
  }
}
