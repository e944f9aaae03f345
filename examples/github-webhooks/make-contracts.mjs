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
import { contractSchema } from './contract-schema.mjs';
import { contractName, events, readSchemas } from './events.mjs';

const args = process.argv.slice(2);
const closed = args.includes('--closed');
const folder = args.find((arg) => !arg.startsWith('--')) ?? join(import.meta.dirname, 'contracts');

const { definitions } = readSchemas();
mkdirSync(folder, { recursive: true });
for (const [event, { schema, key }] of Object.entries(events)) {
  const name = contractName(event);
  const contract = contractSchema({ name, event, schema, key, definitions, closed });
  const file = join(folder, `${name}.schema.json`);
  writeFileSync(file, `${JSON.stringify(contract, null, 2)}\n`);
  console.log(file);
}
