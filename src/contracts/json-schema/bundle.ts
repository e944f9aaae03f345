import { readFileSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { messageOf } from '../../model/errors.ts';
import { parseExact } from '../../model/exact-json.ts';
import { type Json, type JsonObject, isObject, setOwn } from '../../model/json.ts';

/** Where a schema lies, and the folder of contracts that its references may not leave. */
export interface Place {
  file: string;
  folder: string;
}

const relativePath = /^(?![a-z][a-z\d+.-]*:|\/|#)([^#]+)(#.*)?$/i;

/**
 * A schema with the files that it refers to (`"$ref": "./money.json#/definitions/amount"`) in its own `$defs`. Reads
 * nothing outside the folder, links followed, and nothing from the network. `read`: the files that were taken in.
 */
export function bundled(schema: JsonObject, place: Place, read?: Set<string>): JsonObject {
  const folder = realpathSync(place.folder);
  const parts = new Map<string, { name: string; content: Json }>();
  const ids = new Set<string>();
  const absolute = resolverFrom(schema);
  let idsBeside: Map<string, string> | undefined;
  collectIds(schema, ids, absolute);

  const partOf = (path: string, from: string): string => {
    const file = within(folder, resolve(dirname(from), decodeURIComponent(path)), path);
    const known = parts.get(file);
    if (known !== undefined) return known.name;
    const name = relative(folder, file).replaceAll(/[^\w.-]+/g, '_');
    const part = {
      name: [...parts.values()].some((other) => other.name === name) ? `${name}_${parts.size}` : name,
      content: true as Json,
    };
    parts.set(file, part);
    read?.add(file);
    const content = readJson(file, path);
    part.content = isObject(content) ? rewritten(withoutId(content), file, part.name) : content;
    return part.name;
  };

  const rewritten = (node: JsonObject, file: string, part: string | undefined): JsonObject => {
    const copy: JsonObject = {};
    for (const [key, value] of Object.entries(node)) {
      // Within the whole, a part's names would be those of another document.
      if (part !== undefined && (key === '$id' || key === '$schema' || key === 'x-contract')) continue;
      if (key === '$ref' && typeof value === 'string') copy[key] = target(value, file, part);
      else setOwn(copy, key, each(value, file, part));
    }
    return copy;
  };
  const each = (value: Json, file: string, part: string | undefined): Json => {
    if (Array.isArray(value)) return value.map((item) => each(item, file, part));
    return isObject(value) ? rewritten(value, file, part) : value;
  };
  const target = (ref: string, file: string, part: string | undefined): string => {
    const parsed = relativePath.exec(ref);
    const [, path = '', fragment = ''] = parsed ?? [];
    // What a compound document embeds under that name is meant, rather than a file.
    const [base = '', ...after] = ref.split('#');
    if (parsed === null && base !== '' && !ids.has(base) && !ids.has(ref)) {
      const beside = (idsBeside ??= namedBeside(place.file)).get(base);
      if (beside !== undefined)
        return `#/$defs/${partOf(encodeURIComponent(beside), place.file)}${after.join('#')}`;
    }
    if (parsed === null || ids.has(ref) || (part === undefined && ids.has(absolute(path)))) {
      return part !== undefined && /^#(\/|$)/.test(ref) ? `#/$defs/${part}${ref.slice(1)}` : ref;
    }
    return `#/$defs/${partOf(path, file)}${fragment.slice(1)}`;
  };

  const whole = rewritten(schema, place.file, undefined);
  if (parts.size === 0) return whole;
  const own = isObject(whole['$defs']) ? whole['$defs'] : {};
  const added = Object.fromEntries([...parts.values()].map(({ name, content }) => [name, content]));
  return { ...whole, $defs: { ...own, ...added } };
}

/** The files in the folder of this one, by the names (`$id`, `id`) that they give themselves; a name of several is nobody's. */
function namedBeside(file: string): Map<string, string> {
  const folder = dirname(file);
  const named = new Map<string, string>();
  const several = new Set<string>();
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.json') || name === basename(file)) continue;
    let content: Json;
    try {
      content = readJson(join(folder, name), name);
    } catch {
      continue; // whatever else lies in the folder
    }
    if (!isObject(content)) continue;
    const id = content['$id'] ?? content['id'];
    if (typeof id !== 'string') continue;
    const plain = id.replace(/#$/, '');
    if (named.has(plain)) several.add(plain);
    named.set(plain, name);
  }
  for (const id of several) named.delete(id);
  return named;
}

/** Draft 4's name of a document, which would be the base of what the part refers to. */
function withoutId({ id, ...rest }: JsonObject): JsonObject {
  return typeof id === 'string' || id === undefined ? rest : { id, ...rest };
}

function within(folder: string, file: string, path: string): string {
  let real: string;
  try {
    real = realpathSync(file);
  } catch {
    throw new Error(`\`$ref\` ${path} names no file: correct it, or put the file beside the schema`);
  }
  if (real.startsWith(folder + sep)) return real;
  throw new Error(`\`$ref\` ${path} leads out of the folder of contracts: copy the file into it`);
}

function readJson(file: string, path: string): Json {
  try {
    return parseExact(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Error(`the file of \`$ref\` ${path} can't be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Resolves what the schema's own `$id`, if it has one, is the base of. */
function resolverFrom({ $id }: JsonObject): (name: string) => string {
  const base = typeof $id === 'string' && URL.canParse($id) ? $id : 'schema:/';
  return (name) => (URL.canParse(name, base) ? new URL(name, base).href : name);
}

function collectIds(node: Json, ids: Set<string>, absolute: (name: string) => string): void {
  if (Array.isArray(node)) for (const item of node) collectIds(item, ids, absolute);
  if (!isObject(node)) return;
  for (const key of ['$id', 'id']) {
    const id = node[key];
    if (typeof id === 'string') ids.add(id).add(absolute(id));
  }
  for (const value of Object.values(node)) collectIds(value, ids, absolute);
}
