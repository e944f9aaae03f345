import { readFileSync } from 'node:fs';
import type * as Yaml from 'yaml';
import { SentinelError, messageOf } from '../model/errors.ts';
import { requirePackage } from '../support/require-package.ts';

/** A config file as it was read: plain values, and the line on which each key stands. */
export interface ConfigFile {
  path: string;
  values: unknown;
  lineOf: (path: readonly PropertyKey[]) => number | undefined;
}

/** Reads the YAML file; undefined when it does not exist. Throws `config_invalid` when it can't be read or parsed. */
export function readConfigFile(path: string): ConfigFile | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SentinelError('config_invalid', `${path} can't be read: ${messageOf(error)}`, { cause: error });
  }
  // Here, as there need not be a file.
  const { LineCounter, isNode, parseDocument } = requirePackage<typeof Yaml>('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return `  ${path}:${line}:${col}: ${error.message}`;
    });
    throw new SentinelError('config_invalid', `The config file is not valid YAML:\n${problems.join('\n')}`);
  }
  return {
    path,
    values: document.toJS({ maxAliasCount: 100 }) as unknown,
    lineOf: (key) => {
      const node = document.getIn(key, true);
      return isNode(node) && node.range ? lines.linePos(node.range[0]).line : undefined;
    },
  };
}
