import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { type JsonObject } from '../model/json.ts';

/** The file holds no contract; no fault when another file refers to it. */
export class NoContract extends Error {}

export const isModule = (file: string): boolean => /\.(?:ts|mts|js|mjs)$/.test(file);
export const isJsonSchema = (file: string): boolean => file.endsWith('.schema.json');

/** What a person may take for a contract, beside what is read. */
export const mayBeMeant = (name: string): boolean => /\.(?:json|ya?ml|[cm]?[jt]sx?)$/i.test(name);

/** Why a file is passed over that looks like a contract, and what to do; undefined of any other file. */
export function passedOver(file: string, text: string): string | undefined {
  const extension = /\.schema\.json$/i.exec(file)?.[0] ?? extname(file);
  const lower = extension.toLowerCase();
  const stem = basename(file).slice(0, -extension.length);
  if (extension !== lower && (isModule(lower) || lower.endsWith('.json')))
    return `is not read: name it ${stem}${lower}`;
  if (lower.endsWith('.json')) return undefined;
  if (!/\.ya?ml$/.test(lower))
    return `is not read: name it ${stem}${/ts/.test(lower) ? '.ts' : '.mjs'}, as a module`;
  return yamlSchema.test(text)
    ? `is not read: run sentinel contracts import ${basename(file)}, or write it as JSON, named ${stem}.schema.json`
    : undefined;
}

const yamlSchema =
  /^["']?(?:\$schema|x-contract|properties|openapi|asyncapi|dataContractSpecification|apiVersion)["']?[ \t]*:/m;

/** What a module exports instead of a contract, and what to do. */
export function nothingExported(exported: object): string {
  const { default: main } = exported as { default?: unknown };
  const what = Array.isArray(main)
    ? 'its default export is an array'
    : typeof main === 'function'
      ? 'its default export is a function'
      : Object.keys(exported).length === 0
        ? 'it exports nothing'
        : 'none of its exports is a contract';
  return `holds no contract (${what}): write export default defineContract({ … }), and export each further one by a name; if other files import it, let its name begin with _`;
}

/** Whether one of the modules imports the file, so that it need not be a contract itself. */
export function isImported(file: string, modules: readonly string[]): boolean {
  const stem = basename(file).replace(/\.[^.]+$/, '');
  return modules.some((other) => {
    if (other === file) return false;
    const text = readFileSync(other, 'utf8');
    return [stem, ...['ts', 'mts', 'js', 'mjs'].map((extension) => `${stem}.${extension}`)].some((name) =>
      [`/${name}'`, `/${name}"`].some((end) => text.includes(end)),
    );
  });
}

export const looksLikeSchema = (json: JsonObject): boolean =>
  ['$schema', 'x-contract', 'properties', 'openapi', 'asyncapi'].some((keyword) =>
    Object.hasOwn(json, keyword),
  );
