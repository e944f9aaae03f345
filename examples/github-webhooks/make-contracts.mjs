/**
 * Makes contracts of GitHub's own JSON Schemas.
 *
 *     node make-contracts.mjs [--closed] [folder]        the folder is ./contracts beside this file by default
 *
 * GitHub's schemas forbid fields that they do not list, yet GitHub adds fields without notice. A contract made here
 * lets them pass (they land in `_extra`), unless `--closed` asks for the schemas as they are.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractName, events, readSchemas } from './events.mjs';

const args = process.argv.slice(2);
const closed = args.includes('--closed');
const folder = args.find((arg) => !arg.startsWith('--')) ?? join(import.meta.dirname, 'contracts');

const { definitions } = readSchemas();
mkdirSync(folder, { recursive: true });
for (const [event, { schema, key }] of Object.entries(events)) {
  const contract = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    'x-contract': {
      name: contractName(event),
      version: '1.0.0',
      description: `GitHub's ${event} webhook.`,
      ...(key === undefined ? {} : { key }),
    },
    $ref: `#/definitions/${schema}`,
    definitions: reachable(schema),
  };
  const file = join(folder, `${contractName(event)}.schema.json`);
  writeFileSync(file, `${JSON.stringify(closed ? contract : opened(contract), null, 2)}\n`);
  console.log(file);
}

/** The definition and all that it refers to. */
function reachable(name, found = {}) {
  if (Object.hasOwn(found, name)) return found;
  const { $schema: _, ...definition } = definitions[name];
  found[name] = definition;
  for (const [, inner] of JSON.stringify(definition).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)) {
    reachable(inner, found);
  }
  return found;
}

function opened(schema) {
  if (Array.isArray(schema)) return schema.map(opened);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(
    ([keyword, value]) => keyword !== 'additionalProperties' || value !== false,
  );
  return Object.fromEntries(entries.map(([keyword, value]) => [keyword, opened(value)]));
}
