import { readFileSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import type * as yaml from 'yaml';
import { messageOf } from '../../model/errors.ts';
import { parseExact } from '../../model/exact-json.ts';
import { type Json, isObject } from '../../model/json.ts';
import { requirePackage } from '../../support/require-package.ts';

/** The files in the folder of this one, by the names (`$id`, `id`) that they give themselves; a name of several is nobody's. */
export function namedBeside(file: string): Map<string, string> {
  const folder = dirname(file);
  const named = new Map<string, string>();
  const several = new Set<string>();
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.json') || name === basename(file)) continue;
    const path = join(folder, name);
    let content: Json;
    try {
      content = readJson(path, name);
    } catch {
      continue; // whatever else lies in the folder
    }
    if (!isObject(content)) continue;
    const id = content['$id'] ?? content['id'];
    if (typeof id !== 'string') continue;
    const plain = id.replace(/#$/, '');
    if (named.has(plain)) several.add(plain);
    named.set(plain, path);
  }
  for (const id of several) named.delete(id);
  return named;
}

export function isThere(file: string): boolean {
  try {
    return realpathSync(file) !== '';
  } catch {
    return false;
  }
}

export function within(folder: string, file: string, path: string): string {
  if (!isThere(file))
    throw new Error(`\`$ref\` ${path} names no file: correct it, or put the file beside the schema`);
  const real = realpathSync(file);
  if (real.startsWith(folder + sep)) return real;
  throw new Error(`\`$ref\` ${path} leads out of the folder of contracts: copy the file into it`);
}

export function readJson(file: string, path: string): Json {
  try {
    const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
    return /\.ya?ml$/i.test(file) ? fromYaml(text) : parseExact(text);
  } catch (error) {
    throw new Error(`the file of \`$ref\` ${path} can't be read: ${messageOf(error)}`, { cause: error });
  }
}

/** The parser is loaded when it is needed: contracts are JSON. */
const fromYaml = (text: string): Json =>
  requirePackage<typeof yaml>('yaml').parse(text, { maxAliasCount: 100 }) as Json;
