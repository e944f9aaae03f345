import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../src/contracts/index.ts';
import { parseExact } from '../../src/model/exact-json.ts';
import { type Json, type JsonObject, isObject } from '../../src/model/json.ts';

/** Where `.ci/json-schema-test-suite` puts the suite. */
const suite = new URL('../../node_modules/.cache/json-schema-test-suite', import.meta.url).pathname;

interface Group {
  description: string;
  schema: Json;
  tests: { description: string; data: JsonObject; valid: boolean }[];
}

/** Files of the suite with groups whose schema is refused, by reason, and groups that are judged otherwise. */
interface Draft {
  folder: string;
  schema: string;
  passed: number;
  refused: Record<string, number>;
  differs: string[];
}

const proto = 'properties.json: properties whose names are Javascript object property names';
const unevaluated = [
  'unevaluatedItems.json: unevaluatedItems with nested items',
  'unevaluatedItems.json: unevaluatedItems can see annotations from if without then and else',
  'unevaluatedProperties.json: unevaluatedProperties with if/then/else, then not defined',
  'unevaluatedProperties.json: unevaluatedProperties can see annotations from if without then and else',
  'vocabulary.json: schema that uses custom metaschema with with no validation vocabulary',
];
const formats =
  'email idn-email regex ipv4 ipv6 hostname idn-hostname date date-time time json-pointer relative-json-pointer uri uri-reference iri-reference uri-template uuid duration'
    .split(' ')
    .map((name) => `format.json: ${name} format`);

/** Each exception is explained in docs/contracts.md. */
const drafts: Draft[] = [
  {
    folder: 'draft4',
    schema: 'http://json-schema.org/draft-04/schema#',
    passed: 592,
    refused: { 'refRemote.json': 17 },
    differs: [proto],
  },
  {
    folder: 'draft6',
    schema: 'http://json-schema.org/draft-06/schema#',
    passed: 787,
    refused: { 'refRemote.json': 23 },
    differs: [proto],
  },
  {
    folder: 'draft7',
    schema: 'http://json-schema.org/draft-07/schema#',
    passed: 871,
    refused: { 'refRemote.json': 23 },
    differs: [proto],
  },
  {
    folder: 'draft2019-09',
    schema: 'https://json-schema.org/draft/2019-09/schema',
    passed: 1159,
    refused: { 'anchor.json': 2, 'ref.json': 8, 'refRemote.json': 31 },
    differs: [
      proto,
      'recursiveRef.json: $recursiveRef with no $recursiveAnchor in the initial target schema resource',
      ...unevaluated,
    ],
  },
  {
    folder: 'draft2020-12',
    schema: 'https://json-schema.org/draft/2020-12/schema',
    passed: 1134,
    refused: {
      'anchor.json': 2,
      'dynamicRef.json': 29,
      'ref.json': 8,
      'refRemote.json': 31,
      'unevaluatedItems.json': 2,
      'unevaluatedProperties.json': 2,
    },
    differs: [
      ...formats,
      proto,
      'unevaluatedItems.json: unevaluatedItems depends on adjacent contains',
      'unevaluatedItems.json: unevaluatedItems depends on multiple nested contains',
      'unevaluatedItems.json: unevaluatedItems and contains interact to control item dependency relationship',
      ...unevaluated,
    ],
  },
];

describe.skipIf(withoutSuite())('the JSON Schema Test Suite', () => {
  it.each(drafts)('$folder passes, but for what docs/contracts.md lists', (draft) => {
    const { folder, schema } = draft;
    const found = { passed: 0, refused: {} as Record<string, number>, differs: new Set<string>() };
    for (const file of readdirSync(join(suite, 'tests', folder)).filter((name) => name.endsWith('.json'))) {
      const groups = parseExact(readFileSync(join(suite, 'tests', folder, file), 'utf8')) as unknown;
      for (const group of groups as Group[]) {
        // A contract is an object; there is no way to ask about `true` and `false`.
        if (!isObject(group.schema)) continue;
        const contract = contractOf({ $schema: schema, ...typeAsPart(group.schema) });
        for (const { data, valid } of group.tests) {
          if (contract === undefined) found.refused[file] = (found.refused[file] ?? 0) + 1;
          else if (contract.validate(data).ok === valid) found.passed++;
          else found.differs.add(`${file}: ${group.description}`);
        }
      }
    }
    expect({ ...found, differs: [...found.differs].toSorted() }).toEqual({
      passed: draft.passed,
      refused: draft.refused,
      differs: draft.differs.toSorted(),
    });
  });
});

/** The same schema without a `type` of its own, since a contract of anything but objects is refused. */
function typeAsPart({ type, ...schema }: JsonObject): JsonObject {
  if (type === undefined) return schema;
  return { ...schema, allOf: [...((schema['allOf'] as Json[] | undefined) ?? []), { type }] };
}

function contractOf(schema: JsonObject) {
  try {
    return contractFromJsonSchema({ ...schema, 'x-contract': { name: 'suite', version: '1.0.0' } });
  } catch {
    return undefined;
  }
}

/** For `describe.skipIf`: names what is missing, and fails where everything must be there. */
function withoutSuite(): boolean {
  if (existsSync(suite)) return false;
  const text = 'the JSON Schema Test Suite is not here: fetch it with .ci/json-schema-test-suite';
  if (process.env['CI'] === 'true') throw new Error(text);
  process.stderr.write(`skipped: ${text}\n`);
  return true;
}
