import type { Contract, JsonObject } from '../../api/types.ts';
import { fieldsOf, schemaAt } from '../../editor/schema.ts';

export interface ContractField {
  /** `payload.items[*].price` */
  path: string;
  /** The last part of the path. */
  name: string;
  pointer: string;
  depth: number;
  wanted: string;
  required: boolean;
  description?: string;
}

const maxDepth = 6;

/** Every declared field, those within others below them. */
export function flatten({ jsonSchema }: Contract): ContractField[] {
  return below(jsonSchema, [], '', 0);
}

function below(root: JsonObject, segments: string[], words: string, depth: number): ContractField[] {
  if (depth > maxDepth) return [];
  return fieldsOf(root, segments).flatMap(({ name, wanted, required, description }) => {
    const path = words === '' ? name : `${words}.${name}`;
    const inside = [...segments, name];
    const field = {
      path,
      name,
      pointer: `/${inside.map((one) => (one === '0' ? '*' : one)).join('/')}`,
      depth,
      wanted,
      required,
      description,
    };
    const isList = schemaAt(root, inside)?.['type'] === 'array';
    const children = isList
      ? below(root, [...inside, '0'], `${path}[*]`, depth + 1)
      : below(root, inside, path, depth + 1);
    return [field, ...children];
  });
}

export interface FieldDifference {
  path: string;
  before?: string;
  after?: string;
}

/** What a newer version asks of each field that an older one did not. */
export function compare(older: Contract, newer: Contract): FieldDifference[] {
  const before = wordsByPath(older);
  const after = wordsByPath(newer);
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => ({ path, before: before.get(path), after: after.get(path) }));
}

function wordsByPath(contract: Contract): Map<string, string> {
  return new Map(
    flatten(contract).map(({ path, wanted, required }) => [path, required ? `${wanted}, required` : wanted]),
  );
}
