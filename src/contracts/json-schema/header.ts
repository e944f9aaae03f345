import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import type { GivenUpgrade } from '../upgrade.ts';
import { type GivenPolicies, policyFields, readPolicies } from '../policies.ts';

/** `x-contract`, before the checks that all contracts share. */
export interface Header {
  name: string;
  version: string;
  description: string | undefined;
  table: string | undefined;
  key: string | string[] | undefined;
  topic: string | undefined;
  aliases: Record<string, string[]>;
  policies: GivenPolicies;
  upgrade: GivenUpgrade | undefined;
}

export function readHeader(schema: JsonObject): Header {
  const header = schema['x-contract'];
  if (!isObject(header)) {
    throw new Error(
      '`x-contract` is missing: add "x-contract": {"name": "…", "version": "1.0.0"} to the schema',
    );
  }
  const text = (field: string): string | undefined => {
    const value = header[field];
    if (value === undefined || typeof value === 'string') return value;
    throw new Error(`\`x-contract.${field}\` must be text`);
  };
  const required = (field: string, example: string): string => {
    const value = text(field);
    if (value === undefined)
      throw new Error(`\`x-contract.${field}\` is missing: add one, like "${example}"`);
    return value;
  };
  const known: string[] = [
    'name',
    'version',
    'description',
    'table',
    'key',
    'topic',
    'aliases',
    'upgrade',
    ...policyFields,
  ];
  const unknown = Object.keys(header).find((field) => !known.includes(field));
  if (unknown !== undefined)
    throw new Error(`\`x-contract.${unknown}\` is not one of ${known.join(', ')}: remove it`);
  return {
    name: required('name', 'order'),
    version: required('version', '1.0.0'),
    description: text('description'),
    table: text('table'),
    topic: text('topic'),
    key: readKey(header['key']),
    aliases: readAliases(header['aliases']),
    policies: readPolicies(header),
    upgrade: readGivenUpgrade(header['upgrade']),
  };
}

function readKey(key: Json | undefined): string | string[] | undefined {
  if (key === undefined || typeof key === 'string') return key;
  if (isTexts(key)) return key;
  throw new Error('`x-contract.key` must be a field name or JSON Pointer, or a list of them');
}

function readAliases(aliases: Json | undefined): Record<string, string[]> {
  if (aliases === undefined) return {};
  const entries = isObject(aliases) ? Object.entries(aliases) : undefined;
  const sound = entries?.every(
    (entry): entry is [string, string[]] => entry[0].startsWith('/') && isTexts(entry[1]),
  );
  if (entries === undefined || sound !== true) {
    throw new Error('`x-contract.aliases` must be an object like {"/amount": ["price", "total"]}');
  }
  return Object.fromEntries(entries);
}

const isTexts = (value: Json): value is string[] =>
  Array.isArray(value) && value.every((element) => typeof element === 'string');

function readGivenUpgrade(upgrade: Json | undefined): GivenUpgrade | undefined {
  if (upgrade === undefined) return undefined;
  if (isObject(upgrade) && typeof upgrade['from'] === 'string' && Array.isArray(upgrade['operations']))
    return upgrade as unknown as GivenUpgrade;
  throw new Error(
    '`x-contract.upgrade` must be an object like {"from": "1.0.0", "operations": [{"op": "move", "from": "/a", "to": "/b"}]}',
  );
}
