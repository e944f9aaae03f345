import type { Jiti, TransformOptions, TransformResult } from 'jiti';
import { mkdir } from 'node:fs/promises';
import { sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as zod from 'zod';
import { packageFolder } from './package-folder.ts';
import { Script } from 'node:vm';
import type * as Sucrase from 'sucrase';
import { requirePackage } from './require-package.ts';

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
  const babel = createJiti(import.meta.url, { fsCache: false, interopDefault: false, sourceMaps: true });
  return createJiti(import.meta.url, {
    transform: createTransform((given) => ({ code: babel.transform(given) })),
    interopDefault: false,
    // The default cache can be a folder that all users of the machine may write to: code must not come from there.
    fsCache: await cacheFolder(cache),
    sourceMaps: true,
    virtualModules: {
      'data-sentinel': await import('../index.ts'),
      // In its place, so that a step file of Motia's runs here and not in its own process.
      motia: await import('../steps/motia/index.ts'),
      'data-sentinel/destination-kit': await import('../load/destination-kit/index.ts'),
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

type Transform = (given: TransformOptions) => TransformResult;

/**
 * What Sucrase reads otherwise than Babel, or not at all: defaults and namespaces of other modules, `import.meta`, imports and
 * exports that are made at run time, decorators. A word too many in a comment only costs the time.
 */
const needsBabel =
  /^\s*import\s+(?!type\b|[{'"])|\bimport\s*[.(]|\brequire\b|\bjitiImport\b|^\s*export\s*\*|^\s*@|\b(?:namespace|module|default\s+as|as\s+default)\b|\{\s*default\b/m;

/**
 * Makes a module's source a script for jiti. Sucrase takes a twentieth of Babel's time, and keeps every line in its place; Babel reads
 * what Sucrase is not sure of, and tells what is wrong with a file.
 */
function createTransform(babel: Transform): Transform {
  function quick({ source, ts = false, async = false }: TransformOptions): string | undefined {
    if (needsBabel.test(source)) return undefined;
    // Only where the cache does not have the file.
    const { transform } = requirePackage<typeof Sucrase>('sucrase');
    try {
      const { code } = transform(source, {
        transforms: ts ? ['typescript', 'imports'] : ['imports'],
        disableESTransforms: true,
      });
      // As Babel does it for jiti, so that modules which wait for something can be imported.
      const script = async ? code.replaceAll(/\brequire\((?=['"])/g, 'await jitiImport(') : code;
      // Sucrase lets some errors of syntax pass.
      const parsed = new Script(`(${async ? 'async ' : ''}function () { ${script}\n})`);
      return parsed instanceof Script ? script : undefined;
    } catch {
      return undefined;
    }
  }

  return (given) => {
    const code = given.jsx === true ? undefined : quick(given);
    return code === undefined ? babel(given) : { code };
  };
}
