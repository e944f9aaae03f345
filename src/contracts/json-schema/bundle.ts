import { realpathSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { type Json, type JsonObject, isObject, setOwn } from '../../model/json.ts';
import { isThere, namedBeside, readJson, within } from './files.ts';
import { decoded, decodedSegment } from './refs.ts';
import { rewritten, schemasOf } from './walk.ts';

/** Where a schema lies, and the folder of contracts that its references may not leave. */
export interface Place {
  file: string;
  folder: string;
}

const isRelative = (path: string): boolean => /^(?![a-z][a-z\d+.-]*:|\/)/i.test(path);

/**
 * A schema with what it refers to in other files (`"$ref": "./money.json#/definitions/amount"`) in its own `$defs`: the
 * definitions that are named, or the whole file. Reads nothing outside the folder, links followed, and nothing from the network.
 * `read`: the files that were taken in.
 */
export function bundled(schema: JsonObject, place: Place, read?: Set<string>): JsonObject {
  return new Bundle(schema, place, read).whole();
}

/** A file that is referred to. */
interface Part {
  /** In `$defs`. */
  name: string;
  file: string;
  content: Json;
  absolute: (name: string) => string;
  /** All of it, once that is referred to. */
  all?: Json;
  /** By keyword and name. */
  definitions: JsonObject;
}

class Bundle {
  readonly #schema: JsonObject;
  readonly #place: Place;
  readonly #folder: string;
  readonly #read: Set<string> | undefined;
  readonly #parts = new Map<string, Part>();
  /** What the schema itself embeds, by name. */
  readonly #ids = new Set<string>();
  readonly #absolute: (name: string) => string;
  #beside: Map<string, string> | undefined;

  constructor(schema: JsonObject, place: Place, read: Set<string> | undefined) {
    this.#schema = schema;
    this.#place = place;
    this.#folder = realpathSync(place.folder);
    this.#read = read;
    this.#absolute = resolverFrom(schema);
    for (const [, { $id, id }] of schemasOf(schema))
      for (const name of [$id, id])
        if (typeof name === 'string') this.#ids.add(name).add(this.#absolute(name));
  }

  whole(): JsonObject {
    const whole = rewritten(this.#schema, (copy) => {
      const { $ref } = copy;
      if (typeof $ref === 'string') copy['$ref'] = this.#target($ref, this.#place.file, this.#absolute);
      return copy;
    });
    if (this.#parts.size === 0) return whole;
    const own = isObject(whole['$defs']) ? whole['$defs'] : {};
    const added = [...this.#parts.values()].map(({ name, all, definitions }) => [name, all ?? definitions]);
    return { ...whole, $defs: { ...own, ...(Object.fromEntries(added) as JsonObject) } };
  }

  #target(ref: string, from: string, absolute: (name: string) => string): string {
    const [path = '', ...after] = ref.split('#');
    const fragment = after.join('#');
    // What a compound document embeds under that name is meant, rather than a file.
    if (path === '' || [path, ref, absolute(path)].some((name) => this.#ids.has(name))) return ref;
    const file = resolve(dirname(from), decoded(path));
    if (isRelative(path) && isThere(file))
      return this.#take(within(this.#folder, file, path), path, fragment);
    const beside = this.#namedBeside(path) ?? this.#namedBeside(absolute(path));
    if (beside !== undefined) return this.#take(within(this.#folder, beside, path), path, fragment);
    return isRelative(path) ? this.#take(within(this.#folder, file, path), path, fragment) : ref;
  }

  #namedBeside(id: string): string | undefined {
    return (this.#beside ??= namedBeside(this.#place.file)).get(id);
  }

  /** The place of what the fragment names in the file, which is taken in. */
  #take(file: string, path: string, fragment: string): string {
    const part = this.#parts.get(file) ?? this.#open(file, path);
    const pointer = fragment === '' || fragment.startsWith('/') ? fragment : anchorOf(part.content, fragment);
    const [, keyword, encoded = ''] = /^\/(\$defs|definitions)\/([^/]+)/.exec(pointer) ?? [];
    if (keyword === undefined) this.#takeAll(part);
    else this.#takeDefinition(part, keyword, decodedSegment(encoded));
    return `#/$defs/${part.name}${pointer}`;
  }

  #open(file: string, path: string): Part {
    const content = readJson(file, path);
    const name = relative(this.#folder, file).replaceAll(/[^\w.-]+/g, '_');
    const part: Part = {
      name: [...this.#parts.values()].some((other) => other.name === name)
        ? `${name}_${this.#parts.size}`
        : name,
      file,
      content,
      absolute: isObject(content) ? resolverFrom(content) : this.#absolute,
      definitions: {},
    };
    this.#parts.set(file, part);
    this.#read?.add(file);
    return part;
  }

  #takeAll(part: Part): void {
    if (part.all !== undefined) return;
    part.all = true;
    part.all = this.#inPart(part.content, part);
  }

  #takeDefinition(part: Part, keyword: string, name: string): void {
    const of = isObject(part.content) ? part.content[keyword] : undefined;
    const definition = isObject(of) && Object.hasOwn(of, name) ? of[name] : undefined;
    const taken = (part.definitions[keyword] ??= {}) as JsonObject;
    // What leads nowhere is told by all references together.
    if (part.all !== undefined || definition === undefined || Object.hasOwn(taken, name)) return;
    setOwn(taken, name, true);
    setOwn(taken, name, this.#inPart(definition, part));
  }

  #inPart(node: Json, part: Part): Json {
    if (!isObject(node)) return node;
    return rewritten(node, (copy) => {
      // Within the whole, a part's names would be those of another document.
      const { $id: _, $schema: __, 'x-contract': ___, id, $ref, ...rest } = copy;
      // Draft 4's name of a document would be the base of what the part refers to.
      const kept = typeof id === 'string' || id === undefined ? rest : { id, ...rest };
      if (typeof $ref !== 'string') return $ref === undefined ? kept : { $ref, ...kept };
      const target = $ref.startsWith('#')
        ? this.#take(part.file, part.file, $ref.slice(1))
        : this.#target($ref, part.file, part.absolute);
      return { $ref: target, ...kept };
    });
  }
}

/** JSON Pointer of what has this anchor; what leads nowhere when nothing has. */
function anchorOf(content: Json, anchor: string): string {
  if (isObject(content))
    for (const [at, { $anchor, $dynamicAnchor, $id, id }] of schemasOf(content))
      if ($anchor === anchor || $dynamicAnchor === anchor || [$id, id].includes(`#${anchor}`)) return at;
  return `/#${anchor}`;
}

/** Resolves what the schema's own `$id`, if it has one, is the base of. */
function resolverFrom({ $id, id }: JsonObject): (name: string) => string {
  const named = $id ?? id;
  const base = typeof named === 'string' && URL.canParse(named) ? named : 'schema:/';
  return (name) => (URL.canParse(name, base) ? new URL(name, base).href : name);
}
