import type { TransformOptions, TransformResult } from 'jiti';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import type * as Sucrase from 'sucrase';

const require = createRequire(import.meta.url);

export type Transform = (given: TransformOptions) => TransformResult;

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
export function createTransform(babel: Transform): Transform {
  function quick({ source, ts = false, async = false }: TransformOptions): string | undefined {
    if (needsBabel.test(source)) return undefined;
    // Only where the cache does not have the file.
    const { transform } = require('sucrase') as typeof Sucrase;
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
